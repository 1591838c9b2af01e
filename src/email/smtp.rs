use std::fmt;

use async_trait::async_trait;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::notification::{Email, EmailSender};
use crate::{Error, Secret};

/// Sends mail through a server.
#[derive(Clone)]
pub struct SmtpSender {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

impl SmtpSender {
    /// Through the server at a URL (`smtps://user:password@host`, `smtp://user:password@host:587?tls=required`), from an
    /// address. TLS is required unless the URL says `smtp` without `tls`.
    ///
    /// # Errors
    /// [`Error::is_permanent`] when the URL is none, or the address is no address.
    pub fn new(url: &Secret, from: &str) -> Result<Self, Error> {
        // What the parsers say may hold the password.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose());
        let transport = transport.map_err(|_| Error::refused("reading the mail server's URL"))?.build();
        let from = from.parse().map_err(|_| Error::refused("reading the sender's mail address"))?;
        Ok(Self { transport, from })
    }

    fn write(&self, email: &Email) -> Result<Message, Error> {
        let (name, address) = &email.to;
        let address: Address =
            address.as_str().trim().parse().map_err(|_| Error::refused("sending mail to what is no address"))?;
        let named = |name: &str| Some(line(name)).filter(|name| !name.is_empty());
        // The same mail has the same name, however often it is sent.
        let id = email.id.as_str().replace(':', "-");
        Message::builder()
            .message_id(Some(format!("<{id}.{}@{}>", hex(email.tenant.as_str()), self.from.domain())))
            .from(Mailbox::new(named(&email.from_name), self.from.clone()))
            .to(Mailbox::new(named(name), address))
            .subject(line(&email.subject))
            .header(ContentType::TEXT_PLAIN)
            .body(email.body.as_str().to_owned())
            .map_err(|_| Error::refused("writing a mail"))
    }
}

/// What stands in a header is one line.
fn line(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().to_owned()
}

/// A tenant's id may hold what no `Message-ID` may.
fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for SmtpSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpSender").finish_non_exhaustive()
    }
}

#[async_trait]
impl EmailSender for SmtpSender {
    async fn send(&self, email: &Email) -> Result<(), Error> {
        let message = self.write(email)?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            // The server's words may name the recipient; its code does not.
            Err(error) => {
                let code = error.status().map(u16::from).map(u32::from);
                let what = "handing a mail over";
                // About the mail or its recipient. A login that is refused, or an address of ours that is blocked, may
                // be let in later.
                let is_final = matches!(code, Some(501 | 550..=553 | 555 | 556));
                let error = if is_final { Error::refused(what) } else { Error::unavailable(what) };
                Err(error.with_code(code))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    use super::*;
    use crate::id::{NotificationId, TenantId};

    /// A server that answers each command with its line of a script, and keeps what it was sent.
    async fn server(recipient: &'static str) -> (u16, Arc<Mutex<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, kept) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(String::new())));
        let heard = kept.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (read, mut write) = stream.into_split();
                let mut lines = BufReader::new(read).lines();
                let mut data = false;
                write.write_all(b"220 ready\r\n").await.unwrap();
                while let Ok(Some(line)) = lines.next_line().await {
                    heard.lock().unwrap().push_str(&format!("{line}\n"));
                    let answer = match line.as_str() {
                        "." => "250 kept",
                        _ if data => continue,
                        "DATA" => "354 go on",
                        "QUIT" => "221 bye",
                        line if line.starts_with("RCPT") => recipient,
                        _ => "250 ok",
                    };
                    data = line == "DATA";
                    write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
                }
            }
        });
        (port, kept)
    }

    fn mail(to: &str) -> Email {
        let (tenant, id) = (TenantId::new("o'neil").unwrap(), NotificationId::new("notice:1").unwrap());
        let to = ("Anna\r\nBcc: everybody@example.com".into(), to.into());
        Email::new(tenant, id, "Clinic \"Ä\"", to, "Termin bestätigt\r\nX-Evil: 1", "Um 15 Uhr.\n.\nÄ")
    }

    fn sender(port: u16) -> SmtpSender {
        SmtpSender::new(&format!("smtp://127.0.0.1:{port}").into(), "desk@example.com").unwrap()
    }

    #[tokio::test]
    async fn a_mail_is_handed_over_whole_and_adds_no_header() {
        let (port, kept) = server("250 ok").await;
        sender(port).send(&mail("anna@example.com")).await.unwrap();
        let heard = kept.lock().unwrap().clone();
        assert!(heard.contains("Message-ID: <notice-1.6f276e65696c@example.com>"), "{heard}");
        assert!(heard.contains("RCPT TO:<anna@example.com>"), "{heard}");
        for header in ["Bcc:", "X-Evil:"] {
            assert!(!heard.lines().any(|line| line.starts_with(header)), "{heard}");
        }
    }

    #[tokio::test]
    async fn refusals_are_final_and_troubles_are_not() {
        let (port, _) = server("550 no such user anna").await;
        let refused = sender(port).send(&mail("anna@example.com")).await.unwrap_err();
        assert!(refused.is_permanent() && refused.code() == Some(550), "{refused:?}");
        assert!(!format!("{refused} {refused:?}").contains("anna"));
        let (port, _) = server("451 later").await;
        assert!(sender(port).send(&mail("anna@example.com")).await.unwrap_err().is_retryable());
        let (port, _) = server("535 the password is wrong").await;
        assert!(sender(port).send(&mail("anna@example.com")).await.unwrap_err().is_retryable());
        assert!(sender(1).send(&mail("anna@example.com")).await.unwrap_err().is_retryable());
        assert!(sender(1).send(&mail("no address")).await.unwrap_err().is_permanent());
        let wrong = SmtpSender::new(&"http://user:hunter2@host".into(), "desk@example.com").unwrap_err();
        assert!(wrong.is_permanent() && !format!("{wrong:?}").contains("hunter2"));
    }
}
