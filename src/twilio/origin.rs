use url::Url;

use super::Product;

/// Where each of Twilio's APIs is.
#[derive(Debug, Clone)]
pub(super) struct Origins {
    /// The one of [`Product::Api`].
    api: Url,
    /// Between the product and `twilio.com`: region and edge.
    infix: String,
    /// One base for every product: a simulator or a proxy.
    shared: bool,
}

impl Origins {
    /// `None` when they make no http(s) URL with a host.
    pub(super) fn new(base: Option<&str>, region: Option<&str>, edge: Option<&str>) -> Option<Self> {
        let infix = infix(region, edge);
        let text = base.map_or_else(|| format!("https://api.{infix}twilio.com"), |base| base.trim().to_owned());
        let api = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
        Some(Self { api, infix, shared: base.is_some() })
    }

    pub(super) fn api(&self) -> &Url {
        &self.api
    }

    /// Without a slash at its end.
    pub(super) fn of(&self, product: Product) -> String {
        if self.shared {
            self.api.as_str().trim_end_matches('/').to_owned()
        } else {
            format!("https://{product}.{}twilio.com", self.infix)
        }
    }

    /// The path and query of a link within a product's API; `None` when it leads elsewhere.
    pub(super) fn path_within<'a>(&self, product: Product, link: &'a str) -> Option<&'a str> {
        let path = match link.strip_prefix(&self.of(product)) {
            Some(rest) => rest,
            None if self.shared => {
                // Behind a proxy or a simulator links name the API's own host: what counts is that none is asked but ours.
                let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
                if rest.len() == link.len() { link } else { rest.find('/').map(|start| &rest[start..])? }
            }
            None => link,
        };
        (path.starts_with('/') && !path.starts_with("//")).then_some(path)
    }
}

/// `{edge}.{region}.`; an edge alone implies the region `us1`.
fn infix(region: Option<&str>, edge: Option<&str>) -> String {
    match (edge, region) {
        (Some(edge), region) => format!("{}.{}.", edge.trim(), region.unwrap_or("us1").trim()),
        (None, Some(region)) => format!("{}.", region.trim()),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_and_edge_make_the_host_of_every_product() {
        let host = |region, edge| Origins::new(None, region, edge).unwrap().of(Product::Intelligence);
        assert_eq!(host(None, None), "https://intelligence.twilio.com");
        assert_eq!(host(Some("ie1"), None), "https://intelligence.ie1.twilio.com");
        assert_eq!(host(None, Some("dublin")), "https://intelligence.dublin.us1.twilio.com");
        assert_eq!(host(Some("ie1"), Some("dublin")), "https://intelligence.dublin.ie1.twilio.com");
        assert_eq!(Origins::new(None, Some("ie1"), None).unwrap().api().as_str(), "https://api.ie1.twilio.com/");
    }

    #[test]
    fn links_lead_nowhere_else() {
        let real = Origins::new(None, None, None).unwrap();
        let messaging = |link| real.path_within(Product::Messaging, link);
        assert_eq!(messaging("https://messaging.twilio.com/v1/Services?Page=1"), Some("/v1/Services?Page=1"));
        assert_eq!(messaging("/v1/Services?Page=1"), Some("/v1/Services?Page=1"));
        for bad in
            ["https://evil.example/v1", "//evil.example/v1", "https://messaging.twilio.com.evil.example/", "v1", ""]
        {
            assert_eq!(messaging(bad), None, "{bad}");
        }
        let simulated = Origins::new(Some("http://127.0.0.1:9"), None, None).unwrap();
        let within = |link| simulated.path_within(Product::Messaging, link);
        assert_eq!(within("http://127.0.0.1:9/v1/x"), Some("/v1/x"));
        assert_eq!(within("https://messaging.twilio.com/v1/x"), Some("/v1/x"));
        assert_eq!(within("https://messaging.twilio.com"), None);
        assert_eq!(within("//evil.example/v1"), None);
    }
}
