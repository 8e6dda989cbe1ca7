//! The content of a message, from the contract, its keys and their automats.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Automat, AutomatDetails, AutomatId, Contract, Facts, KeyFacts, Name, TimeZone};

use crate::items::{AutomatItem, NotedKey, valid};
use crate::{Error, Store};

impl Store {
    /// The facts of a contract as it is now, with these keys. An automat that has already been removed, right after its
    /// last key, is named by its id, and times are in UTC.
    pub(crate) async fn facts(&self, contract: &Contract, keys: Vec<NotedKey>) -> Result<Facts, Error> {
        let details = self.automat_details(keys.iter().map(|noted| &noted.automat)).await?;
        let key_facts = |noted: NotedKey| {
            let automat = match details.get(&noted.automat) {
                Some(details) => details.clone(),
                None => AutomatDetails {
                    name: valid(Name::parse(noted.automat.as_str()))?,
                    location: None,
                    time_zone: TimeZone::UTC,
                },
            };
            Ok::<_, Error>(KeyFacts {
                key: noted.key,
                incarnation: noted.incarnation,
                property: noted.property,
                automat,
            })
        };
        Ok(Facts {
            contract: contract.id.clone(),
            keys: keys.into_iter().map(key_facts).collect::<Result<_, _>>()?,
            person: contract.person.clone(),
            range: contract.range,
            pin: contract.pin.clone(),
            schedule: contract.schedule.clone(),
            free_text: contract.free_text.clone(),
        })
    }

    /// Name, location and time zone of those automats that have not been removed.
    pub(super) async fn automat_details<'a>(
        &self,
        automats: impl Iterator<Item = &'a AutomatId>,
    ) -> Result<BTreeMap<AutomatId, AutomatDetails>, Error> {
        let distinct: BTreeSet<_> = automats.collect();
        let item_keys: Vec<_> = distinct.into_iter().map(AutomatItem::key).collect();
        let details = |item| {
            let Automat { id, name, location, time_zone, .. } = AutomatItem::read(item)?.automat;
            Ok((id, AutomatDetails { name, location, time_zone }))
        };
        self.get_all(&item_keys).await?.into_iter().map(details).collect()
    }
}
