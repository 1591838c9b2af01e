use bytes::Bytes;
use http::{HeaderValue, Response, header};

use super::element::{Element, Raw};
use super::{MAX_BYTES, MessagingResponse, TwimlError, VoiceResponse};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

fn write(raw: &Raw, name: &str) -> Result<String, TwimlError> {
    if let Some(error) = raw.error() {
        return Err(error);
    }
    let length = DECLARATION.len() + raw.len(name);
    if length > MAX_BYTES {
        return Err(TwimlError::TooLong { length });
    }
    let mut xml = String::with_capacity(length);
    xml.push_str(DECLARATION);
    raw.write_to(name, &mut xml);
    Ok(xml)
}

macro_rules! documents {
    ($($name:ident),*) => {$(
        impl $name {
            /// The document as Twilio takes it. The same calls give the same bytes.
            ///
            /// # Errors
            /// When it is over 64 kB ([11750](https://www.twilio.com/docs/api/errors/11750)), or when a custom name
            /// is none.
            pub fn to_xml(&self) -> Result<String, TwimlError> {
                write(self.as_raw(), self.name())
            }

            /// The document as an HTTP answer of type `text/xml`.
            ///
            /// # Errors
            /// As [`to_xml`](Self::to_xml).
            pub fn to_http(&self) -> Result<Response<Bytes>, TwimlError> {
                let mut response = Response::new(Bytes::from(self.to_xml()?));
                response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(super::CONTENT_TYPE));
                Ok(response)
            }
        }

        impl TryFrom<$name> for Response<Bytes> {
            type Error = TwimlError;

            fn try_from(document: $name) -> Result<Self, TwimlError> {
                document.to_http()
            }
        }

        #[cfg(feature = "axum")]
        #[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
        impl axum_core::response::IntoResponse for $name {
            /// A document that cannot be written becomes an empty answer with status 500.
            fn into_response(self) -> axum_core::response::Response {
                match self.to_http() {
                    Ok(response) => response.map(axum_core::body::Body::from),
                    Err(error) => {
                        tracing::error!(%error, "the TwiML could not be written");
                        let mut response = axum_core::response::Response::default();
                        *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
                        response
                    }
                }
            }
        }
    )*};
}

documents!(VoiceResponse, MessagingResponse);
