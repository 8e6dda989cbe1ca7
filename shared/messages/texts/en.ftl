### Messages to contacts, in English.
###
### Terms: a contract is a "booking" here, since contacts know no other term. A key is "fetched" and "returned". A
### booking starts and ends; it "is ended" before its time, and is "cancelled" when it is removed.
###
### SMS use only the GSM alphabet (no dash but "-", no curly quotes, no non-breaking space): one other character more
### than halves what an SMS holds. `src/encoding.rs` has the alphabet, and a test checks the texts.

## Times

weekday = { $weekday ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}
month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
}
clock = { PAD($hour) }:{ PAD($minute) }
moment = { weekday } { $day } { month } { $year }, { clock }
day-and-time = { weekday } { $day } { month }, { clock }
range = { $start } – { $end }
range-in-a-day = { $start }–{ $clock }
range-without-end = { $start }, until further notice
no-end = until further notice

## Labels of the facts

key = Key
person = Booked for
automat = Where
from = From
until = Until
valid = Valid
fetched = Fetched
returned = Returned
hours = Fetching hours
reference = Reference
note = Note
pin = PIN
pin-use = { $keys ->
    [one] Type the PIN at the keypad of the key automat: once to fetch the key, and again to return it.
   *[other] Type the PIN at the keypad of the key automat: once to fetch the keys, one after the other, and again to return them.
}

## The keys of a message: at the start of a sentence, within one, and in an SMS

form-the-key-first = { $keys ->
    [one] Key { $key }
   *[other] Keys { $key }
}
form-the-key = { $keys ->
    [one] key { $key }
   *[other] keys { $key }
}
form-sms-key-first = { $keys ->
    [one] Key { $item }
   *[other] Keys { $item }
}
form-sms-key = { $keys ->
    [one] key { $item }
   *[other] keys { $item }
}
form-are = { $keys ->
    [one] is
   *[other] are
}

key-and-property = { $one-key } ({ $property })

## Changes

changed = Changed
changed-keys = keys
changed-person = person
changed-times = times
changed-pin = PIN
changed-schedule = fetching hours
changed-contacts = contacts
changed-note = note
changed-zone = time zone of the key automat

## Common to all emails

greeting = Hi { $recipient },
kicker = { form-the-key-first }
preheader = { $person }, { $when }
footer = You get this message because you are a contact for this key booking. It was sent automatically. Times are local time at the key automat ({ $zone }).

## The messages

contract-created =
    .name = Contract created
    .subject = { form-the-key-first } { form-are } booked for { $person }
    .heading =
        { $keys ->
            [one] A key is booked
           *[other] Keys are booked
        }
    .intro =
        { form-the-key-first } { form-are } booked for { $person }. { $keys ->
            [one] Here is how to fetch it.
           *[other] Here is how to fetch them.
        }
    .sms =
        { form-sms-key-first } for { $person }
        { $when }
        { $automat-and-address }
        Fetch and return: PIN { $pin }

contract-updated =
    .name = Contract changed
    .subject = The booking of { form-the-key } has changed
    .heading = The booking has changed
    .intro = The booking of { form-the-key } for { $person } has changed. Here are the current details.
    .sms =
        Booking changed: { $changes }.
        { form-sms-key-first }, { $person }
        { $when }
        { $automat-and-address }
        Fetch and return: PIN { $pin }

contract-ended =
    .name = Contract ended
    .subject = The booking of { form-the-key } has ended
    .heading = The booking has ended
    .intro =
        The booking of { form-the-key } for { $person } was ended on { $end }. { $keys ->
            [one] If you still have the key, please return it: the PIN only returns it now.
           *[other] If you still have a key, please return it: the PIN only returns keys now.
        }
    .sms =
        Ended { $end }: booking of { form-sms-key }, { $person }.
        The PIN only returns { $keys ->
            [one] the key
           *[other] keys
        } now.
        { $automat }

contract-cancelled =
    .name = Contract cancelled
    .subject = The booking of { form-the-key } is cancelled
    .heading = The booking is cancelled
    .intro = The booking of { form-the-key } for { $person } is cancelled. Its PIN no longer works.
    .sms =
        Cancelled: { form-sms-key }, { $person }
        { $when }
        { $automat }
        The PIN no longer works.

start-reminder =
    .name = Reminder 24 hours before the start
    .subject = Reminder: { form-the-key } from { $start }
    .heading = The booking starts soon
    .intro = The booking of { form-the-key } for { $person } starts on { $start }.
    .sms =
        Reminder: { form-sms-key } for { $person }
        { $when }
        { $automat-and-address }
        Fetch and return: PIN { $pin }

end-reminder =
    .name = Reminder 2 hours before the end
    .subject = Reminder: return { form-the-key } by { $end }
    .heading = The booking ends soon
    .intro =
        The booking of { form-the-key } for { $person } ends on { $end }. Please return { $keys ->
            [one] the key
           *[other] the keys
        } by then, with the same PIN.
    .sms =
        Reminder: { form-sms-key }, { $person }, { form-are } due back by { $end }.
        { $automat }

key-fetched =
    .name = Key fetched
    .subject = Key { $key } has been fetched
    .heading = The key has been fetched
    .intro = Key { $key }, booked for { $person }, was fetched on { $time }.
    .sms =
        Fetched: key { $item }, { $person }
        { $time }
        { $automat }

key-returned =
    .name = Key returned
    .subject = Key { $key } has been returned
    .heading = The key has been returned
    .intro = Key { $key }, booked for { $person }, was returned on { $time }.
    .sms =
        Returned: key { $item }, { $person }
        { $time }
        { $automat }

key-not-returned =
    .name = Key not returned in time
    .subject = Please return key { $key }
    .heading = The key is not back
    .intro = The booking of { form-the-key } for { $person } ended on { $end }, and the key has not been returned. Please return it as soon as you can: the PIN still works for that.
    .sms =
        Please return key { $item }, { $person }.
        It was due back by { $end }.
        The PIN still works.
        { $automat }
