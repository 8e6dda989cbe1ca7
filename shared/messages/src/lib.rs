//! The words of messages to contacts, in English, Finnish and Swedish.
//!
//! A message is kept and passed around as the facts that it tells ([`domain::Message`]); its text is made of them here,
//! at the moment of sending as for the preview, so that both say the same. Pure: the same facts give the same text.
//! The words themselves are in `texts/*.ftl`, the look of an email in `templates/`.

mod encoding;
mod letter;
mod masked;
mod rendered;
mod sms;
mod times;
mod wording;
mod words;

use domain::{Address, Message};

pub use encoding::Encoding;
pub use masked::render_without_pin;
pub use rendered::{Email, Rendered, Sms};
pub use times::LocalTimes;

use letter::Letter;
use wording::Wording;

/// Writes a message in its recipient's language, for the channel that it goes by.
#[must_use]
pub fn render(message: &Message) -> Rendered {
    let wording = Wording::of(message);
    match message.recipient.address {
        Address::Email(_) => Rendered::Email(Letter::compose(&wording).into_email()),
        Address::Sms(_) => Rendered::Sms(sms::compose(wording)),
    }
}
