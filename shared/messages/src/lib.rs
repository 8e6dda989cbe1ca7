//! The texts of messages to contacts, in English, Finnish and Swedish.
//!
//! A message is stored as facts ([`domain::Message`]) and rendered when it is sent or previewed, so a preview is
//! exactly what will be sent. Rendering is pure: the same facts give the same text. The texts are in `texts/*.ftl`, the
//! layout of an email in `templates/`.

mod content;
mod email;
mod encoding;
mod masked;
mod rendered;
mod sms;
mod style;
mod times;
mod translations;

use domain::{Address, Message};

pub use encoding::Encoding;
pub use masked::render_without_pin;
pub use rendered::{Email, Rendered, Sms};
pub use times::LocalTimes;
pub use translations::kind_name;

use content::Content;
use email::EmailContent;

/// Renders a message in its recipient's language, for the channel of the address.
#[must_use]
pub fn render(message: &Message) -> Rendered {
    let content = Content::of(message);
    match message.recipient.address {
        Address::Email(_) => Rendered::Email(EmailContent::compose(&content).into_email()),
        Address::Sms(_) => Rendered::Sms(sms::compose(content)),
    }
}
