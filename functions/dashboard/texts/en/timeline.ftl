### The timeline: keys, and the days on which they are booked; and pages that refresh themselves. Terms: see automats.ftl.

timeline = Timeline
timeline-narrow = Automat, and keys that are free between two times
label-free-from-date = Free from (date)
label-free-from-time = Free from (time)
label-free-to-date = Free until (date)
label-free-to-time = Free until (time)
timeline-show = Show keys
timeline-days = Days
timeline-before = Earlier days
timeline-after = Later days
timeline-length = How many days
timeline-two-weeks = Two weeks
timeline-month = A month
timeline-month-name = { $month ->
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
timeline-day = { $day } { $month }
timeline-period = { $first } – { $last } { $year }
timeline-zones = Days and times are those of each key’s automat.
timeline-free = Only keys that are free all that time. “Book” starts a contract for it.
timeline-free-cell = Free
timeline-book = Book
timeline-none = There are no keys yet. An admin adds them to the lockers of an automat.
timeline-none-free = No key is free all that time.
timeline-no-more = There are no more keys.
timeline-more-keys = More keys
timeline-more = { $count ->
    [one] and { $count } more contract
   *[other] and { $count } more contracts
}
timeline-hint = An empty part of a row is free. Contracts that have ended are not shown, unless a key is overdue.
timeline-hint-book = Press where a contract should start and then where it should end, or drag from one to the other.
timeline-pick-end = Starts #. Now press where it should end. Escape cancels.
timeline-to-before-from = This must be after the start.
timeline-to-over = This time is over.

live-failed = This page could not be refreshed, and tries again every minute.
live-signed-out = You are no longer signed in, so this page is not refreshed. Reload it to sign in.
