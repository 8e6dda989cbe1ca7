### Contracts: creating, editing, ending and removing one, its contacts, and the messages about it. Terms: see automats.ftl.

contract-new = New contract
contract-edit = Edit contract
contract-end = End contract
contract-end-now = End now
contract-extend = Extend
contract-remind = Remind
contract-remove = Remove contract

# Its form

label-person = Person
label-keyIds = Keys
keys-hint = KeyIDs, separated by commas; at most 16. One PIN fetches and returns them all.
keys-unknown = There is no key { $key }
keys-being-removed = Key { $key } is being removed
keys-one-being-removed = A key of this contract is being removed. Try again in a moment.
keys-full = Key { $key } has the maximum number of contracts
keys-too-many-in-edit = One edit can concern at most { $max } keys, including those it takes off. Take keys off first, then add others.
keys-others = Other keys of this automat
keys-others-hint = Ticked keys are added when you save.
keys-others-first = Only the first { $count } keys are listed. Type the KeyIDs of others in the field above.
keys-more = { $count ->
    [one] + { $count } key
   *[other] + { $count } keys
}
label-start = Start
label-end = End
label-start-date = Start date
label-start-time = Start time
label-start-now = Starts now
label-end-date = End date
label-end-time = End time
date-hint = For example 2026-11-24
date-choose = Choose a date
time-hint = For example 14:00
date-form = Enter a real date, for example 2026-11-24.
time-form = Enter a time, for example 14:00.
start-missing = Enter a start, or choose “Starts now”.
start-or-now = Choose either a start or “Starts now”, not both.
times-in = Times are in the time zone
label-permanent = Permanent contract
permanent = Permanent
label-pin = PIN
pin-hint = 4 to 9 digits. Leave empty to generate one.
pin-hint-edit = Leave empty to keep the current PIN.
label-schedule = Fetching hours
schedule-hint = Leave empty to allow fetching at any time. Returning is always possible. Hours that end before they start end on the next day.
schedule-row = Days and hours { $number }
label-schedule-days = Days
label-schedule-from = From
label-schedule-to = Until
day-Mo = Monday
day-Tu = Tuesday
day-We = Wednesday
day-Th = Thursday
day-Fr = Friday
day-Sa = Saturday
day-Su = Sunday
label-freeText = Note
note-hint = Sent with the messages.
contract-id-own = Set your own reference
label-contractId = Contract ID
contract-id-hint = For example a booking number. Leave empty to generate one.
end-missing = Enter an end, or choose a permanent contract.
time-skipped = The clocks go forward on that day, and this time does not exist. The next possible time is { $next }.
time-take = Use
time-twice = The clocks go back on that day, and this time occurs twice. Choose which one you mean.
time-which-of-the-two = Which of the two times?
time-which = { $which ->
    [first] The first, { $offset }
   *[second] The second, { $offset }
}

label-contacts = Contacts
contacts-hint = People who get messages about the contract. At most 10.
contacts-none = Nobody gets messages about this contract.
contact = Contact { $number }
contact-add = Add contact
contact-add-person = Add this person as a contact
contact-find = Find among earlier contacts
contact-find-none = No contact of an earlier contract has this name.
contacts-full = There are 10 contacts, which is the most a contract can have. Remove one to add another.
contact-remove = Remove
label-contacts-name = Name
contact-language = Language of messages
contact-not-notified = Gets no messages
label-contacts-email = Email
send-email = Send email
label-contacts-phoneNumber = Phone number
phone-number-hint = As dialled in that country, or with the country code, for example +358401234567.
phone-numbers = Phone numbers
phone-numbers-before = These phone numbers will be saved in international format. Check that they are correct.
country = Country of the phone number
country-none = Not selected
send-sms = Send SMS
additional-messages = Additional messages

# The key is not back

form-overdue = This key is overdue
form-overdue-advice = { $person } should have returned it { $time }. It may not be back when the new contract starts.

# The key is already booked

conflict = The key is already booked for this time
conflict-several = Not all of the keys are free at this time
conflict-more = { $count ->
    [one] And one more contract.
   *[other] And { $count } more contracts.
}
next-free = The next free period of the same length:
next-free-several = The next period of the same length in which all of the keys are free:
next-free-take = Use the next free period
next-free-none = The key has no later free period of this length.
next-free-none-several = There is no later period of this length in which all of the keys are free.

# Messages

messages = Messages
messages-before = These messages will be sent when you save. Nothing has been saved or sent yet.
messages-none = No messages have been sent about this contract.
message-by-email = email to { $address }
message-by-sms = SMS to { $address }
preview-now = Will be sent immediately
preview-at = Will be sent { $time }, unless something changes before then
preview-subject = Subject:
preview-sms = { $count ->
    [one] One SMS
   *[other] { $count } SMS long
}
preview-sms-unicode = { $count ->
    [one] One SMS. It contains a character outside the basic SMS alphabet, so it can hold 70 characters instead of 160.
   *[other] { $count } SMS long. It contains a character outside the basic SMS alphabet, so each SMS can hold 67 characters instead of 153.
}
message-again = Send again
message-pending = Will be sent { $time }
message-sending = Being sent
message-sent = Sent { $time }
message-bounced = Could not be delivered, { $time }
message-refused = Refused { $time }
message-failed = Sending failed { $time }
message-superseded = Not sent, { $time }: the contract had changed
message-possibly-duplicate = The message may have been sent twice.
failure-throttled = Too many messages were being sent at the time.
failure-unavailable = The email or SMS service was not available.
failure-unanswered = The email or SMS service did not respond, so the message may still have been sent.
failure-not-allowed = The email or SMS service does not allow us to send. Contact the provider of this system.
failure-address-refused = Nothing can be sent to this address or number. Check it.
failure-content-refused = The email or SMS service does not accept this text.

# Its page

key = Key
when = When
state = State
state-active = Active
state-upcoming = Upcoming
state-ended = Ended
state-overdue = Overdue
contract-has-the-key = Has the key
contract-key-out = Out
contract-key-at = { $automat }, locker { $locker }
created = Created
updated = Last changed
pin-hidden = Hidden
pin-show = Show PIN
pin-shown = Viewing the PIN has been logged.
pin-change = Change PIN
pin-change-explained = The current PIN will stop working. The contacts will get the new one.
pin-new = New PIN

contract-done-created = The contract has been created.
contract-done-changed = The contract has been changed.
contract-done-ended = The contract has been ended.
contract-done-new-pin = The contract has a new PIN.
contract-done-resent = The message will be sent again.
contract-done-reminded = A reminder is sent to all contacts within a minute.
contract-done-not-reminded = A reminder was requested a few minutes ago, or the keys are back.

# Ending it

contract-end-explained = { $count ->
    [one] The contract ends immediately and stays in the history. After that, its PIN can only be used to return the key.
   *[other] The contract ends immediately and stays in the history. After that, its PIN can only be used to return the keys.
}
contract-end-out = { $count ->
    [one] Key { $keys } is out with this contract. It will be overdue from now until it is returned.
   *[other] Keys { $keys } are out with this contract. They will be overdue from now until they are returned.
}
contract-end-messages = These messages will be sent when you end the contract:
contract-end-stale-advice = The current contract is shown below. Check it before you end it.

# At the automat

held = At the automat
held-warning = Note
held-connected = { $automat } knows this contract: its PIN also works there without a connection.
held-offline = { $automat } has had no connection since { $since }. It knows this contract: its PIN works there until { $until }.
held-no-lease = { $automat } knows this contract, but hands out no keys while it has no connection.
held-lease-over = { $automat } has had no connection since { $since }. It knows this contract, but hands out no keys before it is connected again.
held-lease-ends = { $automat } has had no connection since { $since }. It knows this contract, but hands out keys only until { $until }.
held-pending = { $automat } does not know this contract as it is yet: its PIN works there only while the automat is connected.
held-pending-offline = { $automat } has had no connection since { $since } and does not know this contract: its PIN works there once the automat is connected again.
held-revoking = { $automat } has had no connection since { $since } and knows this contract as it was before. Until { $until }, or until it is connected again, it opens lockers accordingly.
still-usable = { $automat } has had no connection since { $since }. Until { $until }, or until it is connected again, it may still open lockers by what it knows now.

# Removing it

contract-remove-pin = Its PIN will stop working.
contract-remove-out = { $count ->
    [one] Key { $keys } is out with this contract. Once the contract is removed, the key can only be returned with its return code, if it has one.
   *[other] Keys { $keys } are out with this contract. Once the contract is removed, each of them can only be returned with its return code, if it has one.
}
contract-remove-force = { $count ->
    [one] Remove it although the key is out
   *[other] Remove it although keys are out
}
label-force = Confirm
contract-take-off-out = { $count ->
    [one] Key { $keys } is out with this contract
   *[other] Keys { $keys } are out with this contract
}
contract-take-off-force = Take off keys although they are out
contract-take-off-hint = A key that is taken off while it is out can only be returned with its return code, if it has one.
contract-remove-messages = These messages will be sent when you remove the contract:
contract-remove-nobody = Nobody will be notified.
contract-remove-stale = Somebody else has changed the contract in the meantime
contract-remove-stale-advice = The current contract is shown below. Check it before you remove it.

# The list of contracts

label-search = Search
label-from = Starts on or after
label-to = Starts on or before
label-due = Key due back on
contracts-search-hint = First letters of a person, contact, contract ID or email address, or the last four digits of a phone number.
contracts-narrow = Automat, key and dates
contracts-show = Show contracts
contracts-clear = Clear the filter
contracts-of-days = Contracts that start from { $from } to { $to }:
contracts-none = There are no such contracts. A contract is listed some seconds after it was created.
contracts-no-more = There are no more contracts.
contracts-no-automat = There is no automat { $automat }
contracts-to-before-from = The last day must not be before the first one.
contracts-too-many-days = At most { $max } days.
table-download = Download as a table (CSV)
table-too-many = There are more than { $max } rows
table-too-many-advice = Choose fewer, with another filter.

# Why the code did not work

code-title = Why did the code not work?
code-now = Now
code-works = Works
code-refused = Refused
code-fetches = The PIN opens locker { $locker } in { $automat }, to fetch the key.
code-returns = The PIN opens locker { $locker } in { $automat }, to return the key.
code-unreported = The automat has not reported yet whether the key is inside.
code-now-unknown = The key is being removed.
code-now-too-early = The contract starts { $start }.
code-now-ended = The contract ended { $end }.
code-now-outside-schedule = The key can be fetched { $hours }.
code-now-key-out = The key is out.
code-now-held = { $person } has the key.
code-now-key-inside = The key is inside.
code-now-keypad-slow = The keypad is waiting.
code-now-late = The entry arrives too late.
code-off-since = no connection since { $time }. Until it is connected again, codes return keys but fetch none.
code-off = no connection. Until it is connected again, codes return keys but fetch none.
code-off-lease-since = no connection since { $time }. Codes return keys. Until { $until }, they also fetch keys, as far as the automat knew them when it lost its connection.
code-off-lease = no connection. Codes return keys. Until { $until }, they also fetch keys, as far as the automat knew them when it lost its connection.
code-never-on = it has never been connected. No code works until it is.
code-waits = after wrong codes, the keypad does not check the next one before { $time }.
code-entries = Entries in
code-entries-none = This PIN has not been entered lately. If somebody entered a code, it was another one.
code-unknown = Unknown PINs
code-unknown-explained = Somebody may have mistyped the PIN, or typed it before the keypad was ready.
code-fix-open = Open locker { $locker }
code-fix-start = Change the start
code-fix-hours = Change the fetching hours
code-fix-holder = Show who has it
code-fix-pin = Show or change the PIN
