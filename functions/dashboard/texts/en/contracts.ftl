### Contracts: making, editing and removing one, who is told, and the messages.

contract-new = New contract
contract-edit = Edit contract
contract-end = End contract
contract-end-now = End now
contract-extend = Extend
contract-remove = Remove contract

# Its form

person = Person
start = Start
end = End
start-date = Start date
start-time = Start time
start-now = Starts now
end-date = End date
end-time = End time
date-hint = For example 2026-11-24
time-hint = For example 14:00
date-form = A date that exists, such as 2026-11-24.
time-form = A time of day, such as 14:00.
start-missing = Fill in a start, or choose that it starts now.
start-or-now = Choose either a start or now.
times-in = Times are those of
permanent-contract = Permanent contract
permanent = Until further notice
pin = PIN
pin-hint = 4 to 9 digits. Leave it empty and one is made.
pin-hint-edit = Leave it empty and it stays as it is.
free-text = Message
free-text-hint = A note that goes along with the messages.
contract-id-own = A reference of your own
contract-id = Contract ID
contract-id-hint = A booking number, for example. Leave it empty and one is made.
end-missing = Fill in an end, or choose a permanent contract.
time-skipped = There is no such time on that day: the clocks are put forward over it. The next time that there is: { $next }.
time-take = Take
time-twice = This time comes twice on that day: the clocks are put back. Choose which of the two is meant.
time-which-of-the-two = Which of the two?
time-which = { $which ->
    [first] The first time, { $offset }
   *[second] The second time, { $offset }
}

contacts = Contacts
contacts-hint = Whoever is to be told about the contract. At most 10.
contacts-none = Nobody is told about this contract.
contact = Contact { $number }
contact-add = Add contact
contact-remove = Remove
contact-name = Name
contact-language = Language of the messages
contact-not-told = Gets no messages
email = Email
send-email = Send email
phone-number = Phone number
phone-number-hint = As dialled in that country, or with + and the country code, such as +358401234567.
phone-numbers = Phone numbers
phone-numbers-before = These phone numbers will be saved in their international form. Check that they are right.
country = Country of the phone number
country-none = Not chosen
send-sms = Send SMS
additional-messages = Additional messages

kind-contract-created = Contract created
kind-contract-updated = Contract changed
kind-contract-ended = Contract ended
kind-contract-cancelled = Contract cancelled
kind-start-reminder = Reminder 24 hours before the start
kind-end-reminder = Reminder 2 hours before the end
kind-key-fetched = Key fetched
kind-key-returned = Key returned
kind-key-not-returned = Key not returned in time

# The key is not back

form-overdue = This key is overdue
form-overdue-advice = { $person } was due to return it { $time }. It may not be back when the new contract starts.

# Others have the key

conflict = Somebody else has the key then
conflict-more = { $count ->
    [one] And one more contract.
   *[other] And { $count } more contracts.
}
next-free = The next free time of this length:
next-free-take = Take the next free time
next-free-none = The key is not free for so long at any later time.

# Messages

messages = Messages
messages-before = These go when you save. Nothing has been saved or sent yet.
messages-none = Nobody has been told anything about this contract.
told-by-email = email to { $address }
told-by-sms = SMS to { $address }
told-at-once = Goes at once
told-at = Goes { $time }, if nothing has changed by then
told-subject = Subject:
told-sms = { $count ->
    [one] One SMS
   *[other] As long as { $count } SMS
}
told-sms-of-many-letters = { $count ->
    [one] One SMS. A letter in it that SMS do not know makes it hold 70 characters in place of 160.
   *[other] As long as { $count } SMS. A letter in it that SMS do not know makes each hold 67 characters in place of 153.
}
message-again = Send again
message-pending = Will be sent { $time }
message-sending = Being sent
message-sent = Sent { $time }
message-bounced = Could not be delivered, { $time }
message-refused = Refused { $time }
message-failed = Given up { $time }
message-superseded = Not sent: the contract had changed by { $time }
message-perhaps-twice = It may have gone twice.
failure-throttled = Too many messages were sent at that time.
failure-unavailable = The email or SMS service was not available.
failure-unanswered = The email or SMS service did not respond, so the message may still have been sent.
failure-not-allowed = The email or SMS service does not allow us to send. Ask the operators of this system.
failure-address-refused = Nothing can be sent to this address or number. Check it.
failure-content-refused = The email or SMS service does not send this text.

# Its page

key = Key
when = When
state = State
state-running = Running
state-upcoming = Upcoming
state-ended = Ended
state-overdue = Overdue
contract-has-the-key = Has the key
created = Made
updated = Last changed
pin-hidden = Hidden
pin-show = Show PIN
pin-shown = That you looked at it is on record.
pin-another = Another PIN
pin-another-explained = The PIN of today opens nothing from then on. The contacts are told the new one.
pin-new = New PIN

contract-done-created = The contract is made.
contract-done-changed = The contract is changed.
contract-done-ended = The contract has ended.
contract-done-new-pin = The contract has a new PIN.
contract-done-resent = The message will be sent again.

# Ending it

contract-end-explained = The contract ends at once and stays in the history. From then on its PIN only returns the key.
contract-end-out = The key is out with this contract. It is overdue from now on, until it is returned.
contract-end-told = These messages are sent when you end the contract:
contract-end-stale-advice = Below is the contract as it is now. Check it before you end it.

# Removing it

contract-remove-pin = Its PIN opens nothing from then on.
contract-remove-out = The key is out with this contract. Without it, the key can be returned by its return code only, if it has one.
contract-remove-force = Remove it although the key is out
contract-remove-told = When you remove the contract, these go:
contract-remove-nobody = Nobody is told.
contract-remove-stale = Somebody has changed the contract meanwhile
contract-remove-stale-advice = Below it stands as it is now. Look at it again before you remove it.
