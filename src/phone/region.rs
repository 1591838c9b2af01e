//! Numbering plans: how each country writes its numbers.

use std::fmt;

use super::E164;

/// ISO 3166-1 code, calling code, trunk prefix, international prefix, shortest and longest national number.
///
/// Facts from the national numbering plans that the ITU publishes
/// (<https://www.itu.int/oth/T0202.aspx?parent=T0202>).
type Plan = (&'static str, u16, &'static str, &'static str, u8, u8);

#[rustfmt::skip]
const PLANS: &[Plan] = &[
    ("AC", 247, "", "00", 5, 6),
    ("AD", 376, "", "00", 6, 9),
    ("AE", 971, "0", "00", 5, 12),
    ("AF", 93, "0", "00", 9, 9),
    ("AG", 1, "1", "011", 10, 10),
    ("AI", 1, "1", "011", 10, 10),
    ("AL", 355, "0", "00", 6, 9),
    ("AM", 374, "0", "00", 8, 8),
    ("AO", 244, "", "00", 9, 9),
    ("AR", 54, "0", "00", 10, 11),
    ("AS", 1, "1", "011", 10, 10),
    ("AT", 43, "0", "00", 4, 13),
    ("AU", 61, "0", "0011", 5, 12),
    ("AW", 297, "", "00", 7, 7),
    ("AX", 358, "0", "00", 5, 12),
    ("AZ", 994, "0", "00", 9, 9),
    ("BA", 387, "0", "00", 8, 9),
    ("BB", 1, "1", "011", 10, 10),
    ("BD", 880, "0", "00", 6, 10),
    ("BE", 32, "0", "00", 8, 9),
    ("BF", 226, "", "00", 8, 8),
    ("BG", 359, "0", "00", 6, 12),
    ("BH", 973, "", "00", 8, 8),
    ("BI", 257, "", "00", 8, 8),
    ("BJ", 229, "", "00", 10, 10),
    ("BL", 590, "0", "00", 9, 9),
    ("BM", 1, "1", "011", 10, 10),
    ("BN", 673, "", "00", 7, 7),
    ("BO", 591, "0", "00", 8, 9),
    ("BQ", 599, "", "00", 7, 7),
    ("BR", 55, "0", "00", 8, 11),
    ("BS", 1, "1", "011", 10, 10),
    ("BT", 975, "", "00", 7, 8),
    ("BW", 267, "", "00", 7, 10),
    ("BY", 375, "8", "810", 6, 11),
    ("BZ", 501, "", "00", 7, 11),
    ("CA", 1, "1", "011", 10, 10),
    ("CC", 61, "0", "0011", 6, 12),
    ("CD", 243, "0", "00", 7, 10),
    ("CF", 236, "", "00", 8, 8),
    ("CG", 242, "", "00", 9, 9),
    ("CH", 41, "0", "00", 9, 12),
    ("CI", 225, "", "00", 10, 10),
    ("CK", 682, "", "00", 5, 5),
    ("CL", 56, "", "00", 9, 11),
    ("CM", 237, "", "00", 8, 9),
    ("CN", 86, "0", "00", 7, 12),
    ("CO", 57, "0", "00", 8, 11),
    ("CR", 506, "", "00", 8, 10),
    ("CU", 53, "0", "119", 6, 10),
    ("CV", 238, "", "0", 7, 7),
    ("CW", 599, "", "00", 7, 8),
    ("CX", 61, "0", "0011", 6, 12),
    ("CY", 357, "", "00", 8, 8),
    ("CZ", 420, "", "00", 9, 12),
    ("DE", 49, "0", "00", 4, 13),
    ("DJ", 253, "", "00", 8, 8),
    ("DK", 45, "", "00", 8, 8),
    ("DM", 1, "1", "011", 10, 10),
    ("DO", 1, "1", "011", 10, 10),
    ("DZ", 213, "0", "00", 8, 9),
    ("EC", 593, "0", "00", 8, 11),
    ("EE", 372, "", "00", 7, 10),
    ("EG", 20, "0", "00", 8, 10),
    ("EH", 212, "0", "00", 9, 9),
    ("ER", 291, "0", "00", 7, 7),
    ("ES", 34, "", "00", 9, 9),
    ("ET", 251, "0", "00", 9, 9),
    ("FI", 358, "0", "00", 5, 12),
    ("FJ", 679, "", "00", 7, 11),
    ("FK", 500, "", "00", 5, 5),
    ("FM", 691, "", "00", 7, 7),
    ("FO", 298, "", "00", 6, 6),
    ("FR", 33, "0", "00", 9, 9),
    ("GA", 241, "", "00", 7, 8),
    ("GB", 44, "0", "00", 7, 10),
    ("GD", 1, "1", "011", 10, 10),
    ("GE", 995, "0", "00", 9, 9),
    ("GF", 594, "0", "00", 9, 9),
    ("GG", 44, "0", "00", 7, 10),
    ("GH", 233, "0", "00", 8, 9),
    ("GI", 350, "", "00", 8, 8),
    ("GL", 299, "", "00", 6, 6),
    ("GM", 220, "", "00", 7, 9),
    ("GN", 224, "", "00", 8, 9),
    ("GP", 590, "0", "00", 9, 9),
    ("GQ", 240, "", "00", 9, 9),
    ("GR", 30, "", "00", 10, 12),
    ("GT", 502, "", "00", 8, 11),
    ("GU", 1, "1", "011", 10, 10),
    ("GW", 245, "", "00", 7, 9),
    ("GY", 592, "", "001", 7, 7),
    ("HK", 852, "", "00", 5, 11),
    ("HN", 504, "", "00", 8, 11),
    ("HR", 385, "0", "00", 7, 9),
    ("HT", 509, "", "00", 8, 8),
    ("HU", 36, "06", "00", 8, 9),
    ("ID", 62, "0", "00", 7, 13),
    ("IE", 353, "0", "00", 7, 10),
    ("IL", 972, "0", "00", 7, 12),
    ("IM", 44, "0", "00", 10, 10),
    ("IN", 91, "0", "00", 8, 13),
    ("IO", 246, "", "00", 7, 7),
    ("IQ", 964, "0", "00", 8, 10),
    ("IR", 98, "0", "00", 4, 10),
    ("IS", 354, "", "00", 7, 9),
    ("IT", 39, "", "00", 6, 12),
    ("JE", 44, "0", "00", 10, 10),
    ("JM", 1, "1", "011", 10, 10),
    ("JO", 962, "0", "00", 8, 9),
    ("JP", 81, "0", "010", 8, 13),
    ("KE", 254, "0", "000", 7, 10),
    ("KG", 996, "0", "00", 9, 10),
    ("KH", 855, "0", "00", 8, 10),
    ("KI", 686, "0", "00", 5, 8),
    ("KM", 269, "", "00", 7, 7),
    ("KN", 1, "1", "011", 10, 10),
    ("KP", 850, "0", "00", 8, 10),
    ("KR", 82, "0", "00", 5, 13),
    ("KW", 965, "", "00", 7, 8),
    ("KY", 1, "1", "011", 10, 10),
    ("KZ", 7, "8", "810", 10, 14),
    ("LA", 856, "0", "00", 8, 10),
    ("LB", 961, "0", "00", 7, 8),
    ("LC", 1, "1", "011", 10, 10),
    ("LI", 423, "0", "00", 7, 9),
    ("LK", 94, "0", "00", 9, 9),
    ("LR", 231, "0", "00", 7, 9),
    ("LS", 266, "", "00", 8, 8),
    ("LT", 370, "0", "00", 8, 8),
    ("LU", 352, "", "00", 4, 11),
    ("LV", 371, "", "00", 8, 8),
    ("LY", 218, "0", "00", 9, 9),
    ("MA", 212, "0", "00", 9, 9),
    ("MC", 377, "0", "00", 8, 9),
    ("MD", 373, "0", "00", 8, 8),
    ("ME", 382, "0", "00", 8, 9),
    ("MF", 590, "0", "00", 9, 9),
    ("MG", 261, "0", "00", 9, 9),
    ("MH", 692, "1", "011", 7, 7),
    ("MK", 389, "0", "00", 8, 8),
    ("ML", 223, "", "00", 8, 8),
    ("MM", 95, "0", "00", 6, 10),
    ("MN", 976, "0", "001", 8, 10),
    ("MO", 853, "", "00", 7, 8),
    ("MP", 1, "1", "011", 10, 10),
    ("MQ", 596, "0", "00", 9, 9),
    ("MR", 222, "", "00", 8, 8),
    ("MS", 1, "1", "011", 10, 10),
    ("MT", 356, "", "00", 8, 8),
    ("MU", 230, "", "020", 7, 10),
    ("MV", 960, "", "00", 7, 10),
    ("MW", 265, "0", "00", 7, 9),
    ("MX", 52, "", "00", 10, 11),
    ("MY", 60, "0", "00", 8, 10),
    ("MZ", 258, "", "00", 8, 9),
    ("NA", 264, "0", "00", 8, 9),
    ("NC", 687, "", "00", 6, 6),
    ("NE", 227, "", "00", 8, 8),
    ("NF", 672, "", "00", 6, 6),
    ("NG", 234, "0", "009", 10, 12),
    ("NI", 505, "", "00", 8, 8),
    ("NL", 31, "0", "00", 5, 11),
    ("NO", 47, "", "00", 5, 8),
    ("NP", 977, "0", "00", 8, 11),
    ("NR", 674, "", "00", 7, 7),
    ("NU", 683, "", "00", 4, 7),
    ("NZ", 64, "0", "00", 5, 10),
    ("OM", 968, "", "00", 7, 9),
    ("PA", 507, "", "00", 7, 11),
    ("PE", 51, "0", "00", 8, 9),
    ("PF", 689, "", "00", 6, 9),
    ("PG", 675, "", "00", 7, 8),
    ("PH", 63, "0", "00", 6, 13),
    ("PK", 92, "0", "00", 8, 12),
    ("PL", 48, "", "00", 6, 10),
    ("PM", 508, "0", "00", 6, 9),
    ("PR", 1, "1", "011", 10, 10),
    ("PS", 970, "0", "00", 8, 10),
    ("PT", 351, "", "00", 9, 9),
    ("PW", 680, "", "011", 7, 7),
    ("PY", 595, "0", "00", 6, 11),
    ("QA", 974, "", "00", 7, 11),
    ("RE", 262, "0", "00", 9, 9),
    ("RO", 40, "0", "00", 6, 9),
    ("RS", 381, "0", "00", 6, 12),
    ("RU", 7, "8", "810", 10, 14),
    ("RW", 250, "0", "00", 8, 9),
    ("SA", 966, "0", "00", 9, 10),
    ("SB", 677, "", "00", 5, 7),
    ("SC", 248, "", "00", 7, 7),
    ("SD", 249, "0", "00", 9, 9),
    ("SE", 46, "0", "00", 6, 12),
    ("SG", 65, "", "00", 8, 11),
    ("SH", 290, "", "00", 4, 5),
    ("SI", 386, "0", "00", 5, 8),
    ("SJ", 47, "", "00", 5, 8),
    ("SK", 421, "0", "00", 6, 9),
    ("SL", 232, "0", "00", 8, 8),
    ("SM", 378, "", "00", 8, 10),
    ("SN", 221, "", "00", 9, 9),
    ("SO", 252, "0", "00", 6, 9),
    ("SR", 597, "", "00", 6, 7),
    ("SS", 211, "0", "00", 9, 9),
    ("ST", 239, "", "00", 7, 7),
    ("SV", 503, "", "00", 7, 11),
    ("SX", 1, "1", "011", 10, 10),
    ("SY", 963, "0", "00", 8, 9),
    ("SZ", 268, "", "00", 8, 9),
    ("TA", 290, "", "00", 4, 4),
    ("TC", 1, "1", "011", 10, 10),
    ("TD", 235, "", "00", 8, 8),
    ("TG", 228, "", "00", 8, 8),
    ("TH", 66, "0", "00", 8, 13),
    ("TJ", 992, "", "810", 9, 9),
    ("TK", 690, "", "00", 4, 7),
    ("TL", 670, "", "00", 7, 8),
    ("TM", 993, "8", "810", 8, 8),
    ("TN", 216, "", "00", 8, 8),
    ("TO", 676, "", "00", 5, 7),
    ("TR", 90, "0", "00", 7, 13),
    ("TT", 1, "1", "011", 10, 10),
    ("TV", 688, "", "00", 5, 7),
    ("TW", 886, "0", "00", 7, 11),
    ("TZ", 255, "0", "00", 9, 9),
    ("UA", 380, "0", "00", 9, 10),
    ("UG", 256, "0", "00", 9, 9),
    ("US", 1, "1", "011", 10, 10),
    ("UY", 598, "0", "00", 4, 12),
    ("UZ", 998, "", "00", 9, 9),
    ("VA", 39, "", "00", 6, 12),
    ("VC", 1, "1", "011", 10, 10),
    ("VE", 58, "0", "00", 10, 10),
    ("VG", 1, "1", "011", 10, 10),
    ("VI", 1, "1", "011", 10, 10),
    ("VN", 84, "0", "00", 7, 10),
    ("VU", 678, "", "00", 5, 7),
    ("WF", 681, "", "00", 6, 9),
    ("WS", 685, "", "0", 5, 10),
    ("XK", 383, "0", "00", 8, 12),
    ("YE", 967, "0", "00", 7, 9),
    ("YT", 262, "0", "00", 9, 9),
    ("ZA", 27, "0", "00", 5, 10),
    ("ZM", 260, "0", "00", 9, 9),
    ("ZW", 263, "0", "00", 7, 10),
];

/// Calling codes of services that belong to no country, with the lengths of their numbers.
#[rustfmt::skip]
const GLOBAL: &[(u16, u8, u8)] = &[
    (800, 8, 8), (808, 8, 8), (870, 9, 12), (878, 10, 12), (881, 6, 10),
    (882, 7, 12), (883, 8, 12), (888, 11, 11), (979, 9, 9),
];

/// A country or territory with a numbering plan, by its ISO 3166-1 alpha-2 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(&'static Plan);

impl Region {
    /// The region of a two-letter code, in any case; `None` when there is no such numbering plan.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        PLANS.iter().find(|plan| plan.0.eq_ignore_ascii_case(code)).map(Self)
    }

    /// The region whose numbers are written as this one is; of several that share a calling code, the main one.
    #[must_use]
    pub fn of(number: &E164) -> Option<Self> {
        let fits = |plan: &&'static Plan| Self(plan).calling_code() == number.calling_code();
        let main = ["US", "GB", "IT", "RU", "NO", "FI", "AU", "MA"];
        let mut plans = PLANS.iter().filter(fits);
        let known = plans.clone().find(|plan| main.contains(&plan.0));
        known.or_else(|| plans.next()).map(Self)
    }

    /// The two-letter code, in capitals.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.0
    }

    /// The country calling code, such as 44.
    #[must_use]
    pub fn calling_code(self) -> u16 {
        self.0.1
    }

    /// What is dialled before a national number inside the country, such as `0`; often empty.
    #[must_use]
    pub fn trunk_prefix(self) -> &'static str {
        self.0.2
    }

    /// What is dialled before a calling code to leave the country, such as `00` or `011`.
    #[must_use]
    pub fn international_prefix(self) -> &'static str {
        self.0.3
    }

    pub(super) fn fits(self, national: &str) -> bool {
        (usize::from(self.0.4)..=usize::from(self.0.5)).contains(&national.len())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What is dialled before national numbers in the countries of a calling code; `0` where none is known.
pub(super) fn trunks(code: u16) -> impl Iterator<Item = &'static str> {
    PLANS.iter().filter(move |plan| plan.1 == code).map(|plan| plan.2).filter(|trunk| !trunk.is_empty())
}

/// The country of a calling code that only one has.
pub(super) fn of_calling_code(code: u16) -> Option<Region> {
    PLANS.iter().find(|plan| plan.1 == code).and_then(|plan| Region::new(plan.0))
}

/// Splits digits that follow a plus sign into calling code and national number.
///
/// `None` when no calling code fits; `Some` with `false` when the rest cannot be a number of that code.
pub(super) fn split(digits: &str) -> Option<(u16, bool)> {
    if digits.starts_with('0') {
        return None;
    }
    // Calling codes are free of prefixes of one another, so that at most one length fits.
    (1..=3.min(digits.len())).find_map(|length| {
        let code: u16 = digits.get(..length)?.parse().ok()?;
        let national = digits.len() - length;
        let mut assigned = PLANS
            .iter()
            .filter(|plan| plan.1 == code)
            .map(|plan| (plan.4, plan.5))
            .chain(GLOBAL.iter().filter(|plan| plan.0 == code).map(|plan| (plan.1, plan.2)))
            .peekable();
        assigned.peek()?;
        Some((code, assigned.any(|(min, max)| (usize::from(min)..=usize::from(max)).contains(&national))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_regions_in_any_case() {
        assert_eq!(Region::new("gb").map(Region::calling_code), Some(44));
        assert_eq!(Region::new("HU").map(Region::trunk_prefix), Some("06"));
        assert_eq!(Region::new("us").map(Region::international_prefix), Some("011"));
        assert_eq!(Region::new("ZZ"), None);
    }

    #[test]
    fn no_calling_code_begins_another() {
        let codes: Vec<String> = PLANS
            .iter()
            .map(|plan| plan.1)
            .chain(GLOBAL.iter().map(|plan| plan.0))
            .map(|code| code.to_string())
            .collect();
        for a in &codes {
            for b in &codes {
                assert!(a == b || !a.starts_with(b.as_str()), "{b} begins {a}");
            }
        }
    }
}
