## Adding, editing and removing a key

key-form-yes = Yes
key-form-no = No
key-form-new = Add a key
key-form-edit = Edit key
label-keyId = KeyID
key-form-id-hint = You cannot change it later, and no other key can have it. Use letters, digits, “_”, “.” and “-”.
label-property = Property
key-form-property-hint = What the key opens, for example an address or a licence number. Can be empty.
label-lockerIndex = Locker
label-shared = Shared
key-form-shared-hint = Contracts of a shared key may overlap.
label-returnCode = Return code
key-form-return-code-hint = 4 digits, or leave empty. Entering * and this code at the keypad returns the key to its empty locker. The code cannot be used to fetch the key.
key-form-no-locker = Every locker of the automat has a key. Remove a key first, or add lockers to the automat.
key-form-added = The key has been added to locker { $locker }
key-form-added-next = Now put the key in: open the locker, place the key inside and close the door.
key-form-back-to = Back to
key-form-first-contract = Create its first contract
key-form-another = Add another key
key-form-pairs = These contracts overlap, so the key must stay shared. Move or remove one contract of each pair first.
key-form-pair-and = and
key-remove = Remove key
key-remove-contracts = { $count ->
    [0] There are no active or upcoming contracts. Ended contracts for this key alone are deleted with it.
    [one] The key has { $count } active or upcoming contract. If the contract has other keys, it only loses this one; otherwise it is removed. Ended contracts for this key alone are deleted with it.
   *[other] The key has { $count } active or upcoming contracts. Those that have other keys only lose this one; the rest are removed. Ended contracts for this key alone are deleted with it.
}
key-remove-messages = Their contacts will be notified:
key-remove-emails = { $count ->
    [one] { $count } email
   *[other] { $count } emails
}
key-remove-sms = { $count } SMS
key-remove-nobody = Nobody will be notified.
key-remove-quiet = Do not notify anybody
key-remove-codes = The PINs of its contracts stop working for this key immediately, and so does its return code.
key-remove-name = Type the KeyID to remove the key and all these contracts
key-remove-not-named = Type { $key } to confirm that you want to remove it.
key-remove-out = The key is not in its locker: somebody may have it. Once it is removed here, it can no longer be returned with a PIN.
key-remove-force = Remove it although it is not in its locker
key-removing = The key is being removed
key-removing-explained = The key no longer has a locker, and no PIN works for it. In the background, its contracts are being removed, or lose the key if they have others. Until that is done, no other key can have this KeyID.
key-removing-check = Check whether it is done
key-removing-to-the-automat = Go to the automat

# The page of a key

key-page-contracts = Contracts
key-page-none = This key has no active or upcoming contracts.
key-page-first = Create the first contract
key-page-since = since { $time }
key-page-all = All { $count } contracts
key-page-about = About the key
key-page-show-ended = Ended contracts
key-page-property = Property
key-page-location = Location
key-page-locker = Locker
key-page-inside = Inside
key-page-out = Out
key-page-missing = Not in its locker
key-page-unknown = Not reported yet
key-page-sharing = Sharing
key-page-shared = Shared: contracts may overlap
key-page-not-shared = Not shared: one contract at a time
key-page-return-code = Return code
key-page-show-code = Show return code
key-page-free = When the key is free
key-page-legend = No mark: free. ◐ Partly free. ● Taken all day.
key-page-month-before = Previous month
key-page-month-after = Next month
key-page-last-events = Latest events
key-page-events = All events
key-page-done-added = The key has been added.
key-page-done-changed = The key has been changed.
key-page-done-contract-removed = The contract has been removed.
key-page-done-contract-removed-offline = The contract has been removed. Its automat has no connection and may still accept its PIN.
key-page-month-name = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
key-page-month = { key-page-month-name } { $year }
key-page-weekday = { $weekday ->
    [1] Mon
    [2] Tue
    [3] Wed
    [4] Thu
    [5] Fri
    [6] Sat
   *[7] Sun
}
key-page-date = { $day } { key-page-month-name }
key-page-room = { $room ->
    [past] past
    [free] free
    [partly] partly free
   *[taken] taken
}
key-page-count = { $count ->
    [0] { "" }
    [one] { ", " }{ $count } contract
   *[other] { ", " }{ $count } contracts
}
key-page-new-on = New contract on { key-page-date }, { key-page-room }{ key-page-count }
key-page-day = { key-page-date }, { key-page-room }{ key-page-count }

# The list of keys

keys-search-hint = First letters of words of a KeyID or property.
keys-show = Show keys
keys-holder = Who has it
keys-next = Next contract
keys-none = There are no keys yet. An admin adds them to the lockers of an automat.
keys-none-found = There are no such keys.
keys-no-more = There are no more keys.
