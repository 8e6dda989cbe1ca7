//! Rehearsing that several keys are put, one after the other: the same rules, on what was read once. Nothing is written.

use std::collections::{BTreeSet, HashMap};

use domain::{Automat, AutomatId, Instant, Key, KeyChange, KeyDraft, KeyId, ReturnCode};

use crate::items::{AutomatItem, ItemKey, KeyItem, ReturnCodeItem};
use crate::sealing::Names;
use crate::{Error, PutOutcome, ResourceKind, Store};

impl Store {
    /// What putting each of these keys would do, after those before it.
    pub async fn rehearse_keys(
        &self,
        drafts: &[&KeyDraft],
        now: Instant,
    ) -> Result<Vec<Result<PutOutcome, Error>>, Error> {
        let mut scene = self.key_scene(drafts).await?;
        Ok(drafts.iter().map(|draft| scene.put((*draft).clone(), now)).collect())
    }

    async fn key_scene(&self, drafts: &[&KeyDraft]) -> Result<KeyScene, Error> {
        let ids: BTreeSet<_> = drafts.iter().map(|draft| &draft.id).collect();
        let item_keys: Vec<_> = ids.into_iter().map(KeyItem::key).collect();
        let mut scene = KeyScene::default();
        for item in self.get_all(&item_keys).await? {
            let key = KeyItem::read(item, &self.codes)?.key;
            scene.keys.insert(key.id.clone(), key);
        }
        let ids: BTreeSet<_> = drafts.iter().map(|draft| &draft.automat).collect();
        let item_keys: Vec<_> = ids.into_iter().map(AutomatItem::key).collect();
        for item in self.get_all(&item_keys).await? {
            let automat = AutomatItem::read(item)?.automat;
            scene.automats.insert(automat.id.clone(), automat);
        }
        let mut item_keys: HashMap<ItemKey, (AutomatId, ReturnCode)> = HashMap::new();
        for draft in drafts {
            if let Some(code) = &draft.return_code {
                let Names { current, other } = self.codes.return_code_names(&draft.automat, code);
                for name in std::iter::once(current).chain(other) {
                    let holder = (draft.automat.clone(), code.clone());
                    item_keys.insert(ReturnCodeItem::key(&draft.automat, &name), holder);
                }
            }
        }
        for item in self.get_all(&item_keys.keys().cloned().collect::<Vec<_>>()).await? {
            if let Some((automat, code)) = ItemKey::of(&item).and_then(|item_key| item_keys.remove(&item_key)) {
                scene.codes.push((automat, code, ReturnCodeItem::read(item)?));
            }
        }
        Ok(scene)
    }
}

/// What was read, with the changes rehearsed so far.
#[derive(Default)]
struct KeyScene {
    /// Those of the drafts that exist.
    keys: HashMap<KeyId, Key>,
    automats: HashMap<AutomatId, Automat>,
    /// The return codes of the drafts that are in use, with their keys, as they were read.
    codes: Vec<(AutomatId, ReturnCode, KeyId)>,
}

impl KeyScene {
    fn put(&mut self, draft: KeyDraft, now: Instant) -> Result<PutOutcome, Error> {
        let Some(key) = self.keys.get(&draft.id).cloned() else { return self.add(draft, now) };
        key.check_active()?;
        if key.automat != draft.automat {
            return Err(Error::Exists(ResourceKind::Key));
        }
        self.edit(&key, KeyChange::to(draft), now)
    }

    fn add(&mut self, draft: KeyDraft, now: Instant) -> Result<PutOutcome, Error> {
        let automat = self.automats.get(&draft.automat).ok_or(Error::NotFound(ResourceKind::Automat))?;
        let locker = automat.choose_locker(draft.locker)?;
        let key = Key::new(draft, locker, now);
        self.check_return_code(&key)?;
        self.set(key);
        Ok(PutOutcome::Created)
    }

    fn edit(&mut self, key: &Key, change: KeyChange, now: Instant) -> Result<PutOutcome, Error> {
        let edited = key.edited(change, now)?;
        if key.differences(&edited).is_empty() {
            return Ok(PutOutcome::Unchanged);
        }
        if edited.locker != key.locker {
            let automat = self.automats.get(&key.automat).ok_or(Error::NotFound(ResourceKind::Automat))?;
            automat.choose_locker(Some(edited.locker))?;
        }
        if edited.return_code != key.return_code {
            self.check_return_code(&edited)?;
        }
        if let Some(automat) = self.automats.get_mut(&key.automat) {
            automat.occupied.remove(&key.locker);
        }
        self.set(edited);
        Ok(PutOutcome::Changed)
    }

    fn set(&mut self, key: Key) {
        if let Some(automat) = self.automats.get_mut(&key.automat) {
            automat.occupied.insert(key.locker);
        }
        self.keys.insert(key.id.clone(), key);
    }

    /// No other key of the automat has the return code: neither one of these keys as it is by now, nor any other.
    fn check_return_code(&self, key: &Key) -> Result<(), Error> {
        let Some(code) = &key.return_code else { return Ok(()) };
        let is_same = |automat: &AutomatId, other: &ReturnCode| *automat == key.automat && other == code;
        let of_these = self.keys.values().any(|other| {
            other.id != key.id && other.return_code.as_ref().is_some_and(|code| is_same(&other.automat, code))
        });
        let of_others = self.codes.iter().any(|(automat, code, holder)| {
            *holder != key.id && !self.keys.contains_key(holder) && is_same(automat, code)
        });
        if of_these || of_others { Err(Error::ReturnCodeInUse) } else { Ok(()) }
    }
}
