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
key-page-events = Events
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
