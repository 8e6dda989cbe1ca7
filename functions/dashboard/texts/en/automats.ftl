automats = Automats
crumbs = Where this page is
automat-add = Add automat
automats-none = There is no automat yet
automats-none-admin = Add the first one: what it is called, and how many lockers it has. Then put keys into its lockers.
automats-none-others = An admin adds automats. Ask one to add the first.
automats-no-more = There are no more automats.
first-page = First page

connected = Connected
disconnected = Disconnected
never-connected = Never connected
disconnected-since = Since { $time }.
disconnected-means = Until it is back no locker opens: not from here, and not with a PIN at its keypad. You see what it told last.

keys-in-and-out = { $keys ->
    [0] No keys
    [one] { $keys } key, { $out } out
   *[other] { $keys } keys, { $out } out
}
alert-not-returned = { $count ->
    [one] { $count } key not returned in time
   *[other] { $count } keys not returned in time
}
alert-doors-open = { $count ->
    [one] { $count } door open
   *[other] { $count } doors open
}

## The Key Automat View

lockers = Lockers
locker = Locker
locker-empty = Empty
locker-stray = Unexpected key
locker-add = Add a key
locker-add-which = Add a key to locker
locker-edit-which = Edit
locker-open = Open
locker-open-which = Open locker
key-inside = Key inside
key-out = Key out
key-overdue = Overdue
key-unknown = Not known
key-missing = Not in the locker
door-open = Door open
contract-until = until { $time }
contract-was-due = due { $time }
contract-permanent = permanent contract
events-link = Events
show-label = Which lockers are shown
show-all = All
show-inside = Key inside
show-out = Key out
show-unknown = Not known
show-empty = Empty
show-nothing = No locker is like this.
show-all-again = Show all lockers
filter-label = Find a key or a property here

## What an admin does

automat-new = Add automat
automat-edit = Edit
automat-remove = Remove
automat-id = Automat ID
automat-id-hint = It stays for good, and is what the automat calls itself. Letters from A to Z, digits, “_”, “.” and “-”.
automat-name = Name
automat-name-hint = What people call it, such as Lobby.
automat-lockers = Lockers
automat-lockers-hint = How many there are, 1 to 500. They are numbered from 0.
automat-time-zone = Time zone
automat-time-zone-hint = Its times are shown in this zone, such as Europe/Helsinki.
automat-time-zone-force = Change the time zone, and tell the contacts their new local times
automat-pin-digits = Digits of generated PINs
automat-pin-digits-hint = 4 to 9. Leave empty for the default: 6, above 50 lockers 7, above 200 lockers 8.
automat-min-chosen-pin-digits = Fewest digits of a chosen PIN
automat-min-chosen-pin-digits-hint = 4 to 9. Leave empty for 4. Short PINs are easy to guess.
automat-location = Where it stands (optional)
automat-address = Street and number
automat-postal-code = Postal code
automat-postal-office = Town
automat-remove-explained = It disappears from the list, and its lockers cannot be opened any more. What happened at it stays on record for its time.
automat-remove-holds-keys = { $count ->
    [one] It still has { $count } key. Remove the key first: its contracts go with it, and their contacts are told.
   *[other] It still has { $count } keys. Remove them first: their contracts go with them, and the contacts are told.
}
automat-remove-to-its-keys = To its keys
automat-reset = Reset the device of
automat-reset-when = Reset after replacing the device, or when the events say that its clock was wrong and its messages are still refused.
automat-reset-explained = The system forgets how far the device has counted, and believes the next message that it sends. Keys, contracts and the state of the lockers stay as they are. The connection is unknown until the device connects again.
automat-reset-send = Reset device

## An edit of what somebody else has edited

stale = It has been changed meanwhile
stale-advice = Nothing was saved. Below is what you typed. Save again to put it in place of theirs, or leave theirs as it is.
stale-same = Somebody else has changed it to just what you typed. Nothing is left to save.
stale-field = Field
stale-theirs = Now, by somebody else
stale-yours = What you typed
stale-discard = Leave theirs

## Search

search-hint = The beginnings of words in the key ID or the property, such as: kitchen 12
search-found = Keys
search-locker = locker
search-nothing = No key is found
search-nothing-advice = Keys are found by the beginnings of words in their key ID and their property; each word must begin one of theirs. Try fewer or shorter words.
search-goes-on = Nothing so far, and there is more to look through.
