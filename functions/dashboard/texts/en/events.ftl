### Events. People who look after the automats read them, so no text may contain a PIN, a return code or an address.
### Terms: see automats.ftl.

events-label = Events, newest first
events-none = There are no events yet. What users and the automat do is listed here.
events-no-more = There are no older events.
events-older = Older events
events-opening = Opening
# What an automat did while it had no connection, and when: it reported it afterwards.
events-offline = No connection
events-offline-at = happened at { $at }
events-offline-between = happened between { $from } and { $to }
events-offline-after = happened after { $from }
events-after-removal = After the contract was removed

actor-you = you
actor-automat = the automat
actor-user = user { $name }
actor-client = machine client { $name }

event-automat-added = The automat was added
event-automat-changed = The automat was edited
event-automat-removed = The automat was removed
event-key-added = The key was added to locker { $locker }
event-key-changed = The key was edited: { $fields }
event-key-removed = { $count ->
    [0] The key was removed
    [one] The key was removed, and { $count } contract with it
   *[other] The key was removed, and { $count } contracts with it
}
event-contract-created = A contract was created: { $range }
event-contract-changed = The contract was edited: { $fields }. Now: { $range }
event-contract-ended = The contract was ended early: { $range }
event-contract-removed = The contract was removed
event-contract-armed = The automat knows the contract: the PIN also works there without a connection
event-pin-revealed = The contract’s PIN was viewed
event-personal-data-exported = A person’s data was exported, including this contract
event-personal-data-erased = A person’s data was erased from the contract
event-opening-requested = An opening of locker { $locker } was requested
event-opening-finished-opened = Locker { $locker } was opened remotely
event-opening-finished-refused = The automat refused to open locker { $locker }
event-opening-finished-not-sent = The request to open locker { $locker } did not reach the automat
event-opening-finished-failed = Locker { $locker } could not be opened: the automat tried, but does not know whether it opened
event-opening-finished-expired = The request to open locker { $locker } reached the automat too late
event-key-fetched = The key was taken out of locker { $locker }
event-key-returned = The key was put back into locker { $locker }
event-key-not-returned = The contract has ended, but the key has not been returned
event-pin-accepted-fetch = Locker { $locker } was opened with a PIN to fetch the key
event-pin-accepted-return = Locker { $locker } was opened with a PIN to return the key
event-return-code-accepted = Locker { $locker } was opened with the return code
event-entry-refused-pin = A PIN did not open a locker: { $reason }
event-entry-refused-returnCode = A return code did not open a locker: { $reason }
event-keypad-guessing-hour = { $count } wrong codes were entered at the keypad within an hour. Somebody may be guessing codes
event-keypad-guessing-day = { $count } wrong codes were entered at the keypad within 24 hours. Somebody may be guessing codes
event-automat-connected = The automat connected
event-automat-disconnected = The automat disconnected
event-automat-reset = The automat was reset: its device starts from the beginning
event-automat-clock-wrong = The device’s clock is wrong: a message dated in the future was rejected
event-automat-message-not-understood = The device sent something that the system does not recognise; the rest of the message was used
event-automat-duplicate-client = A second connection with the automat’s certificate closed the first one. This is normal after a network failure. If it keeps happening, two devices have the same certificate
event-locker-forced = Locker { $locker } was opened, or its key was taken, without an opening or a code
event-key-unexpected = A key was put into locker { $locker }, where none belongs
event-door-left-open = The door of locker { $locker } has been open for 5 minutes
event-opening-unexpected = The device reported an opening of locker { $locker } that nobody had requested
event-automat-mains-lost = The automat lost mains power and runs on its battery
event-automat-mains-restored = Mains power is back
event-automat-battery-low = The automat’s battery is low: { $percent } %
event-automat-cover-opened = The cover over the automat’s electronics was opened
event-automat-moved = The automat is being moved, shaken or tilted
event-automat-temperature-hot = The automat is too hot: { $degrees } °C inside, more than { $limit } °C
event-automat-temperature-cold = The automat is too cold: { $degrees } °C inside, less than { $limit } °C
event-automat-firmware-changed = The device’s firmware changed from { $from } to { $to }
event-automat-journal-nearly-full = The device’s journal is nearly full: { $lines } of { $room } lines. Without room it records less of what happens without a connection

entry-unknown = it belongs to no contract or key
entry-too-early = the contract had not started
entry-ended = the contract had ended
entry-outside-schedule = it was outside the fetching hours
entry-key-out = the key was already out
entry-key-inside = the key was already inside
entry-keypad-slow = it was entered too soon after wrong codes, so it was not checked
entry-late = it arrived too late

changed-lockerIndex = locker
changed-shared = sharing
changed-returnCode = return code
changed-property = property
changed-keyIds = keys
changed-person = person
changed-start = start
changed-end = end
changed-pin = PIN
changed-schedule = fetching hours
changed-contacts = contacts
changed-freeText = note

# The page of all that happened

activity = Activity
activity-person-hint = First letters of the name of a user, or of a contract’s person.
activity-show = Show events
activity-from = From
activity-to = To
activity-kind = Kind
activity-movements = Fetched and returned
activity-contracts = Contracts
activity-openings = Remote openings
activity-keypad = Keypad
activity-alerts = Alerts and connections
activity-setup = Automats and keys
activity-what = What happened
activity-who = Who
activity-none = Nothing like this happened.
activity-days-in = Days are in the time zone
