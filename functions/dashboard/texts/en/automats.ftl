### Automats, lockers and search.
###
### The terms of all pages, one for each thing. docs/glossary.md has their meanings, and the Finnish and Swedish terms.
### automat (key automat in messages) · device · locker · door · keypad · key · KeyID · property · shared · return code ·
### contract · person · PIN · start, end · permanent · active · upcoming · ended · overdue · note · contact · message · notify ·
### opening · request · event · inside, out · fetch, return · connected, disconnected · create · edit · end · remove · cancelled ·
### free, partly free, taken · viewer, operator, admin

automats = Automats
crumbs = Breadcrumb
automat-add = Add automat
automats-none = There are no automats yet
automats-none-admin = Add the first automat: give it a name and a number of lockers. Then add keys to its lockers.
automats-none-others = Ask an admin to add the first one.
automats-no-more = There are no more automats.
first-page = First page

connected = Connected
disconnected = Disconnected
never-connected = Never connected
disconnected-since = Since { $time }.
disconnected-means = Lockers cannot be opened from here until the automat reconnects. This page shows what it last reported.
disconnected-lease = At the keypad, keys can be returned. Until { $time }, they can also be fetched with the PINs that the automat knew when it lost its connection. This includes PINs of contracts that have been removed since.
disconnected-no-lease = At the keypad, keys can be returned but not fetched.

keys-in-and-out = { $keys ->
    [0] No keys
    [one] { $keys } key, { $out } out
   *[other] { $keys } keys, { $out } out
}
alert-not-returned = { $count ->
    [one] { $count } key overdue
   *[other] { $count } keys overdue
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
locker-edit-which = Edit key
locker-open = Open
locker-open-which = Open locker
key-inside = Key inside
key-out = Key out
key-overdue = Overdue
key-unknown = Unknown
key-missing = Not in locker
door-open = Door open
contract-until = until { $time }
contract-was-due = due { $time }
contract-permanent = permanent contract
events-link = Events
show-label = Show lockers
show-all = All
show-inside = Key inside
show-out = Key out
show-unknown = Unknown
show-empty = Empty
show-nothing = There are no lockers like this.
show-all-again = Show all lockers
filter-label = Find a key or property in this automat

## What an admin does

automat-new = Add automat
automat-edit = Edit automat
automat-remove = Remove automat
label-automatId = Automat ID
automat-id-hint = The device identifies itself with this ID. You cannot change it later. Use letters A to Z, digits, “_”, “.” and “-”.
label-name = Name
automat-name-hint = What people call it, for example Lobby.
label-lockerCount = Number of lockers
automat-lockers-hint = 1 to 500.
label-timeZone = Time zone
automat-time-zone-hint = Times at this automat are shown in this zone.
automat-time-zone-choose = Choose a time zone
automat-time-zone-force = Change the time zone and notify the contacts of their new local times
label-pinDigits = Digits in a generated PIN
automat-pin-digits-hint = 4 to 9. Leave empty to use 6 digits, 7 with more than 50 lockers, or 8 with more than 200.
label-minChosenPinDigits = Minimum digits in a chosen PIN
automat-min-chosen-pin-digits-hint = 4 to 9. Leave empty to use 4. Short PINs are easy to guess.
label-leaseHours = Hours that keys can be fetched without a connection
automat-lease-hours-hint = 0 to 168. Leave empty to use 24. A contract that you remove while the automat is disconnected can still be used for that long. With 0, keys can only be returned.
automat-location = Location (optional)
label-location-address = Street address
label-location-postalCode = Postal code
label-location-postalOffice = Town
automat-remove-explained = The automat disappears from the list, and its lockers can no longer be opened. Its events are kept until their retention time ends.
automat-remove-holds-keys = { $count ->
    [one] It still has { $count } key. Remove the key first. This also removes its contracts and notifies their contacts.
   *[other] It still has { $count } keys. Remove the keys first. This also removes their contracts and notifies the contacts.
}
automat-remove-to-its-keys = Show keys
automat-reset = Reset the device of
automat-reset-when = Reset the device after you have replaced it, or if the events say that its clock was wrong and its messages are still being rejected.
automat-reset-explained = The system forgets how the device numbered its messages and accepts the next message that it sends. Keys, contracts and the state of the lockers do not change. The connection is shown as unknown until the device reconnects.
automat-reset-send = Reset device

## An edit of something that somebody else has changed

stale = Somebody else has changed this in the meantime
stale-advice = Nothing was saved. Your entries are below. Save again to replace the other person’s changes, or keep theirs.
stale-same = Somebody else has already made the same changes. There is nothing to save.
stale-field = Field
stale-theirs = Their version
stale-yours = Your version
stale-discard = Keep theirs

## Search

search-hint = Enter the first letters of words: of a KeyID or property, a person or contact, a contract ID or an email address. Or the last four digits of a phone number. For example: kitchen 12
search-keys = Keys
search-contracts = Contracts
search-locker = locker
search-nothing = Nothing found
search-nothing-advice = Each word that you enter is compared with the beginnings of words. Try fewer or shorter words. A contract can be found some seconds after it was created.
search-more = No matches so far, but there is more to search.
search-more-keys = More keys
search-more-contracts = More contracts

automat-done-added = The automat has been added.
automat-done-changed = The automat has been changed.
automat-done-reset = The device has been reset.
automat-done-key-removed = The key has been removed.
automat-done-reminded = { contract-done-reminded }
automat-done-not-reminded = { contract-done-not-reminded }
automats-done-removed = The automat has been removed.

## The cabinet and its panel

show-overdue = Overdue
show-missing = Not in locker
show-stray = Unexpected key
show-door-open = Door open
view-label = Show as
view-cabinet = Cabinet
view-list = List
view-contract = Contract
panel-hint = Press a locker to see its key, who has it, what comes next and what you can do.
panel-close = Close
panel-holder = Who has it
panel-holder-removed = Somebody whose contract has been removed
panel-since = Out since
panel-next = Next contract
panel-next-none = None
panel-next-not-read = See the key’s page
panel-next-at-risk = The key may not be back
panel-move = Move
panel-more = Details and events
automat-layout = The cabinet (optional)
label-layout-columns = Columns
automat-columns-hint = 1 to 50, as the cabinet is built. Leave empty to show as many as fit on the screen.
label-layout-numberedDown = Doors are numbered down each column
automat-numbered-down-hint = Otherwise they are numbered along each row.
label-layout-firstNumber = Number on the first door
automat-first-number-hint = 0 to 9500. Pages show each locker by the number on its door.

## The condition of an automat, as its device reports it

condition = Condition
condition-as-of = As of { $time } ({ $zone })
condition-none = The device has not reported its condition.
condition-unknown = Not reported
condition-mains = Power
condition-mains-on = Mains
condition-mains-off = Battery
condition-battery = Battery charge
condition-percent = { $percent } %
condition-cover = Cover
condition-cover-open = Open
condition-cover-closed = Closed
condition-movement = Movement
condition-moved = Being moved
condition-still = Still
condition-temperature = Temperature inside
condition-degrees = { $degrees } °C
condition-firmware = Firmware
condition-clock = Clock
condition-clock-cloud = Set by the system
condition-clock-counter = Not set for more than a day
condition-clock-none = Does not know the time
condition-journal = Journal
condition-lines = { $lines } of { $room } lines
concern-cover-open = Cover open
concern-moved = Being moved
concern-on-battery = On battery power
concern-battery-low = Battery low
concern-too-hot = Too hot
concern-too-cold = Too cold
concern-journal-nearly-full = Journal nearly full
concern-clock-unknown = Does not know the time
