//! Which country a number belongs to, and which numbers cost whoever reaches them extra.

use super::E164;
use super::region::{self, Region};

/// The countries that share the calling code 1, by area code; the rest is the United States
/// (<https://nationalnanpa.com/area_codes/>).
#[rustfmt::skip]
const NORTH_AMERICA: &[(&str, &[u16])] = &[
    ("AG", &[268]), ("AI", &[264]), ("AS", &[684]), ("BB", &[246]), ("BM", &[441]), ("BS", &[242]),
    ("CA", &[
        204, 226, 236, 249, 250, 257, 263, 273, 289, 306, 343, 354, 365, 367, 368, 382, 387, 403, 416, 418, 428, 431,
        437, 438, 450, 460, 468, 474, 506, 514, 519, 537, 548, 568, 579, 581, 584, 587, 604, 613, 639, 647, 672, 683,
        705, 709, 742, 753, 778, 780, 782, 807, 819, 825, 851, 867, 873, 879, 902, 905, 942,
    ]),
    ("DM", &[767]), ("DO", &[809, 829, 849]), ("GD", &[473]), ("GU", &[671]), ("JM", &[658, 876]), ("KN", &[869]),
    ("KY", &[345]), ("LC", &[758]), ("MP", &[670]), ("MS", &[664]), ("PR", &[787, 939]), ("SX", &[721]),
    ("TC", &[649]), ("TT", &[868]), ("VC", &[784]), ("VG", &[284]), ("VI", &[340]),
];

/// Whose calling code it is mainly, where several share one.
const MAIN: &[(u16, &str)] = &[
    (1, "US"),
    (7, "RU"),
    (39, "IT"),
    (44, "GB"),
    (47, "NO"),
    (61, "AU"),
    (212, "MA"),
    (262, "RE"),
    (290, "SH"),
    (358, "FI"),
    (590, "GP"),
    (599, "CW"),
];

/// Beginnings of numbers that cost extra, from the national numbering plans
/// (<https://www.itu.int/oth/T0202.aspx?parent=T0202>), and of satellite and international services.
#[rustfmt::skip]
const PREMIUM: &[&str] = &[
    "1900",
    "3149", "31900", "31906", "31909", "3290", "3389", "34803", "34806", "34807", "34905", "35315", "35890", "39892", "39894",
    "39895", "39899", "41900", "41901", "41906", "43900", "43901", "43930", "43931", "43939", "4470", "4476", "44843", "44844",
    "44845", "4487", "449", "4590", "46900", "46939", "46944", "4782", "48300", "48400", "48700", "49137", "49180", "49900",
    "61190", "64900", "81990", "90900",
    "870", "878", "881", "882", "883", "888", "979",
];

impl E164 {
    /// The country or territory, by its calling code and, where several share one, by its area code. `None` for
    /// numbers of no country, such as satellite phones.
    ///
    /// ```
    /// use frontdesk::phone::{E164, Region};
    ///
    /// assert_eq!(E164::parse("+14165550100")?.country(), Region::new("CA"));
    /// assert_eq!(E164::parse("+18765550100")?.country(), Region::new("JM"));
    /// # Ok::<(), frontdesk::phone::InvalidNumber>(())
    /// ```
    #[must_use]
    pub fn country(&self) -> Option<Region> {
        let code = self.calling_code();
        if code == 1 {
            let area = self.national().get(..3)?.parse().ok()?;
            let found = NORTH_AMERICA.iter().find(|(_, areas)| areas.contains(&area));
            return Region::new(found.map_or("US", |(region, _)| region));
        }
        if code == 7 && self.national().starts_with(['6', '7']) {
            return Region::new("KZ");
        }
        match MAIN.iter().find(|(main, _)| *main == code) {
            Some((_, region)) => Region::new(region),
            None => region::of_calling_code(code),
        }
    }

    /// True when reaching it costs extra, which makes it a target of toll fraud. A number that is not known to is no
    /// promise.
    #[must_use]
    pub fn is_premium(&self) -> bool {
        PREMIUM.iter().any(|prefix| self.digits().starts_with(prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> E164 {
        E164::parse(text).unwrap()
    }

    #[test]
    fn tells_countries_that_share_a_code_apart() {
        for (text, country) in [
            ("+14155552671", "US"),
            ("+18885552671", "US"),
            ("+16045552671", "CA"),
            ("+18685552671", "TT"),
            ("+17875552671", "PR"),
            ("+442071838750", "GB"),
            ("+4915112345678", "DE"),
            ("+79161234567", "RU"),
            ("+77011234567", "KZ"),
            ("+390612345678", "IT"),
            ("+61412345678", "AU"),
        ] {
            assert_eq!(number(text).country().map(Region::code), Some(country), "{text}");
        }
    }

    #[test]
    fn every_calling_code_has_a_country() {
        for (region, _) in NORTH_AMERICA {
            assert!(Region::new(region).is_some_and(|region| region.calling_code() == 1), "{region}");
        }
        for (code, region) in MAIN {
            assert_eq!(Region::new(region).map(Region::calling_code), Some(*code), "{region}");
        }
    }

    #[test]
    fn knows_premium_numbers() {
        for text in ["+19005551234", "+449061234567", "+448712345678", "+49900123456", "+881612345678"] {
            let parsed = E164::parse(text);
            assert!(parsed.is_ok_and(|number| number.is_premium()), "{text}");
        }
        for text in ["+14155552671", "+447911123456", "+4915112345678"] {
            assert!(!number(text).is_premium(), "{text}");
        }
    }
}
