### What happened. What stands here is read by those who look after the automat; it names no code and nobody's address.

events = Events
events-label = Events, newest first
events-none = Nothing has happened yet. What people and the automat do is listed here.
events-no-more = There are no older events.
events-older = Older events
events-newest = Newest events
events-zone = Times are in the time zone of the automat:
events-opening = Opening

actor-you = you
actor-automat = the automat
actor-person = person { $name }
actor-machine = program { $name }

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
event-contract-created = A contract was made: { $range }
event-contract-changed = The contract was edited: { $fields }. It is now: { $range }
event-contract-ended = The contract was ended early: { $range }
event-contract-removed = The contract was removed
event-pin-revealed = The contract’s PIN was looked at
event-personal-data-exported = What is known of a person was handed out, this contract included
event-personal-data-erased = What was known of a person was taken out of the contract
event-opening-requested = Opening of locker { $locker } was asked for
event-opening-finished-opened = Locker { $locker } was opened remotely
event-opening-finished-refused = The automat refused to open locker { $locker }
event-opening-finished-not-sent = The request to open locker { $locker } did not get to the automat
event-opening-finished-failed = Locker { $locker } could not be opened: the automat tried and does not know that it opened
event-opening-finished-expired = The request to open locker { $locker } reached the automat too late
event-key-fetched = The key was taken out of locker { $locker }
event-key-returned = The key was put back into locker { $locker }
event-key-not-returned = The contract is over, and the key is not back
event-pin-accepted-fetch = Locker { $locker } was opened with a PIN, to fetch the key
event-pin-accepted-return = Locker { $locker } was opened with a PIN, to return the key
event-return-code-accepted = Locker { $locker } was opened with the return code
event-entry-refused-pin = A PIN opened nothing: { $reason }
event-entry-refused-returnCode = A return code opened nothing: { $reason }
event-keypad-guessing-hour = { $count } wrong codes at the keypad within an hour: somebody may be guessing
event-keypad-guessing-day = { $count } wrong codes at the keypad within 24 hours: somebody may be guessing
event-automat-connected = The automat connected
event-automat-disconnected = The automat disconnected
event-automat-reset = The automat was reset: its device starts anew
event-automat-clock-wrong = The device’s clock is wrong: a message dated in the future was refused
event-automat-message-not-understood = The device sent something that this system does not understand; the rest of the message was used
event-automat-duplicate-client = A second connection with the automat’s certificate ended the first one. After a network failure this is normal; if it keeps happening, two devices have the same certificate
event-locker-forced = Locker { $locker } was opened, or its key taken, without an opening or a keypad entry
event-key-unexpected = A key was put into locker { $locker }, where none belongs
event-door-left-open = The door of locker { $locker } has been open for 5 minutes
event-opening-unexpected = The device reported opening locker { $locker }, although nobody had requested it

entry-unknown = no contract or key has it
entry-too-early = the contract had not started
entry-ended = the contract had ended
entry-key-out = the key was out
entry-key-inside = the key was inside
entry-keypad-slow = too soon after wrong codes, so it was not checked
entry-late = it came too late

changed-lockerIndex = locker
changed-shared = sharing
changed-returnCode = return code
changed-property = property
changed-person = person
changed-start = start
changed-end = end
changed-pin = PIN
changed-contacts = contacts
changed-freeText = message
