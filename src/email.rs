//! Mail over SMTP, as an [`EmailSender`](crate::notification::EmailSender).
//!
//! ```
//! use frontdesk::email::SmtpSender;
//!
//! // The address, with its user and password: `smtps` on port 465, or `smtp` with STARTTLS on port 587.
//! let url = "smtp://desk:the-password@mail.example.com:587?tls=required".into();
//! let sender = SmtpSender::new(&url, "desk@example.com")?;
//! # Ok::<(), frontdesk::Error>(())
//! ```

mod smtp;

pub use smtp::SmtpSender;
