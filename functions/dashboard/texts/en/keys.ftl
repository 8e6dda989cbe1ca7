## Adding, editing and removing a key

key-form-yes = Yes
key-form-no = No
key-form-new = Add a key
key-form-edit = Edit
key-form-id = Key ID
key-form-id-hint = It stays for good, and no other key has it. Letters, digits, “_”, “.” and “-”.
key-form-property = Property
key-form-property-hint = What the key opens: an address, a licence number. May be empty.
key-form-locker = Locker
key-form-shared = Shared
key-form-shared-hint = Contracts on a shared key may overlap in time.
key-form-return-code = Return code
key-form-return-code-hint = 4 digits, or nothing. Typed after * at the keypad it returns the key to its empty locker; it never takes one.
key-form-no-locker = Every locker of the automat has a key. Remove one first, or give the automat more lockers.
key-form-added = The key is added, in locker { $locker }
key-form-added-next = Now put it in: open the locker, lay the key inside and close the door.
key-form-back-to = Back to
key-form-first-contract = Make its first contract
key-form-another = Add another key
key-form-pairs = These contracts overlap, so the key cannot become one that is not shared. Move or remove one of each pair first.
key-form-pair-and = and
key-remove = Remove
key-remove-contracts = { $count ->
    [0] No contract is running or to come. Those that have ended are deleted with the key.
    [one] { $count } contract that runs or is to come goes with it, and its contacts are told that it is cancelled. Those that have ended are deleted with the key.
   *[other] { $count } contracts that run or are to come go with it, and their contacts are told that they are cancelled. Those that have ended are deleted with the key.
}
key-remove-codes = From that moment on none of their PINs opens anything, nor does the return code.
key-remove-out = The key is out of its locker: somebody may have it. Once it is removed here, nobody can return it with a PIN.
key-remove-force = Remove it although the key is out
key-removing = The key is being removed
key-removing-explained = It is out of its locker already and none of its PINs opens anything. Its contracts are still being deleted; that goes on by itself, and until it is done no other key can have this key ID.
key-removing-go-on = Look whether it is done
key-removing-to-the-automat = To the automat

# The page of a key

key-page-running = Running
key-page-upcoming = Upcoming
key-page-ended = Ended
key-page-contracts = Contracts
key-page-contracts-ended = Contracts that have ended
key-page-none = Nobody has a contract on this key now, or later.
key-page-none-ended = No contract on this key has ended.
key-page-first = Make the first contract
key-page-show-ended = Contracts that have ended
key-page-show-live = Running and upcoming contracts
key-page-property = Property
key-page-place = Place
key-page-locker = Locker
key-page-whereabouts = Key
key-page-inside = In its locker
key-page-out = Out
key-page-missing = Not in its locker
key-page-unknown = The automat has not said yet
key-page-with = with
key-page-sharing = Sharing
key-page-shared = Shared: contracts may overlap
key-page-not-shared = Not shared: one contract at a time
key-page-return-code = Return code
key-page-show-code = Show return code
key-page-free = When it is free
key-page-legend = No mark: free. ◐ There is room. ● Taken all day.
key-page-month-before = Previous month
key-page-month-after = Next month
key-page-last-events = What happened last
key-page-events = All events
key-page-done-added = The key is added.
key-page-done-changed = The key is changed.
key-page-done-contract-removed = The contract is removed.
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
    [past] over
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
