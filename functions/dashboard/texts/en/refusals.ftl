### What cannot be done: for each problem code what happened and, where it helps, what to do about it. A title is used
### as the heading of a page, above a form, or beside a field, so it has no full stop.

# What a page sent that no page of ours sends

refused-malformed-json = The request could not be read
refused-malformed-json-advice = Go back, reload the page and try again.
refused-malformed-csv = The file could not be read
refused-malformed-csv-advice = Send a table with a header row, as Excel saves it as CSV.
refused-invalid-request = Some fields are invalid
refused-invalid-request-advice = Go back and check the fields.
refused-body-too-large = The form is too large
refused-body-too-large-advice = Go back and shorten the longest text.
refused-unsupported-media-type = The request could not be read
refused-unsupported-media-type-advice = Go back, reload the page and try again.
refused-invalid-query = The address has unknown parameters
refused-invalid-query-advice = Remove everything after the question mark in the address, or start from the automats.
refused-invalid-cursor = This page of the list no longer exists
refused-invalid-cursor-advice = Start from the beginning of the list.
refused-invalid-header = The request could not be read
refused-invalid-header-advice = Reload the page and try again.

# Who may

refused-unauthenticated = You are not signed in
refused-unauthenticated-advice = Nothing was done. Sign in and try again.
refused-forbidden = { $role ->
    [admin] This is for admins
    [operator] This is for operators and admins
   *[viewer] You have no role yet
}
refused-forbidden-advice = { $role ->
    [admin] Nothing was done. Your role does not allow it. Ask an admin to do it, or to make you an admin.
    [operator] Nothing was done. Your role does not allow it. Ask an operator to do it, or an admin to make you an operator.
   *[viewer] You are signed in, but you have no role yet. Ask an admin of your organisation for one, then sign out and sign in again.
}

# What is not there

refused-route-not-found = Page not found
refused-route-not-found-advice = The address may be wrong or incomplete. Start from the automats, or search for a key.
refused-method-not-allowed = This page cannot be used like this
refused-method-not-allowed-advice = Start from the automats and try again.
refused-automat-not-found = Automat not found
refused-automat-not-found-advice = It may have been removed, or the address is wrong: upper and lower case matter. See the list of automats.
refused-key-not-found = Key not found
refused-key-not-found-advice = It may have been removed, or the address is wrong: upper and lower case matter. Search for the beginning of its KeyID or property.
refused-contract-not-found = Contract not found
refused-contract-not-found-advice = It may have been removed. A key’s page lists all its contracts. Contracts that ended long ago are deleted.
refused-locker-not-found = The automat has no such locker
refused-locker-not-found-advice = { $lockerCount ->
    [0] Open the automat’s page to see its lockers.
    [one] It has one locker.
   *[other] It has { $lockerCount } lockers.
}
refused-opening-not-found = Opening not found
refused-opening-not-found-advice = Old openings are deleted. See the events of the automat for the result.
refused-message-not-found = Message not found
refused-message-not-found-advice = The contract’s page lists its messages.

# What exists already

refused-automat-exists = There is already an automat with this ID
refused-automat-exists-advice = Choose another automat ID.
refused-key-exists = There is already a key with this KeyID
refused-key-exists-advice = Choose another KeyID. If a key with this KeyID was just removed, wait a moment.
refused-contract-exists = There is already a contract with this ID
refused-contract-exists-advice = Choose another contract ID, or leave it empty to get a new one.

# Conflicts

refused-locker-index-too-big = { $lockerCount ->
    [0] The automat has no such locker
    [one] The automat has only one locker
   *[other] The automat has only { $lockerCount } lockers
}
refused-locker-index-too-big-advice = Choose a lower number.
refused-locker-occupied = The locker already has a key
refused-locker-occupied-advice = Choose an empty locker.
refused-no-free-locker = Every locker of the automat has a key
refused-no-free-locker-advice = Remove a key from it first, or choose another automat.
refused-lockers-in-use = A locker that would go has a key: the automat needs at least { $lockersNeeded } lockers
refused-lockers-in-use-advice = First move the key to another locker, or remove it.
refused-automat-holds-keys = { $keyCount ->
    [one] The automat still has a key
   *[other] The automat still has { $keyCount } keys
}
refused-automat-holds-keys-advice = Remove its keys first.
refused-automat-has-contracts = { $contractCount ->
    [one] A contract at this automat has not ended
   *[other] { $contractCount } contracts at this automat have not ended
}
refused-automat-has-contracts-advice = Their contacts were sent times in the old time zone. Tick the box to change it and notify them of the new local times.
refused-return-code-in-use = Another key of the automat has this return code
refused-return-code-in-use-advice = Choose another return code.
refused-contracts-overlap = Contracts on the key overlap, so it must stay shared
refused-contracts-overlap-advice = Move or remove one contract of each pair first.
refused-not-started = The contract has not started yet
refused-not-started-advice = Edit or remove it instead.
refused-key-out = The key is out
refused-key-out-advice = Somebody has it. Wait until it is back, or confirm that you want to remove it anyway.
refused-holder-has-key = The person already has the key
refused-holder-has-key-advice = The contract cannot start in the future. End it now and create another one, or wait until the key is back.
refused-key-being-removed = The key is being removed
refused-key-being-removed-advice = It will be gone in a moment.
refused-contract-overlap = The key is already booked for this time
refused-contract-overlap-advice = Choose another time.
refused-too-many-contracts = The key has the maximum number of contracts
refused-too-many-contracts-advice = Remove contracts that are not needed, or wait until some have ended.
refused-pin-in-use = Another contract of the automat has this PIN
refused-pin-in-use-advice = Choose another, or leave it empty to get a free one.
refused-locker-busy = The locker is already being opened
refused-locker-busy-advice = No second request was sent. Follow the current opening, and try again when it has ended.
refused-still-usable = An automat without a connection may still accept it
refused-still-usable-advice = Nothing was changed. Until the automat is connected again, or is no longer allowed to hand out keys by itself, it goes by what it knew when it lost its connection.
refused-automat-offline = The automat is not connected
refused-automat-offline-advice = Nothing was opened: the automat cannot be reached. You can send the request anyway: if the automat reconnects within 20 seconds, the locker opens.
refused-message-under-way = The message is already being sent
refused-message-under-way-advice = Look again in a moment.
refused-message-outdated = The message is no longer true
refused-message-outdated-advice = The contract has changed since. Send a later message instead.
refused-stale-version = It has been changed in the meantime
refused-stale-version-advice = Nothing was saved. Check the current version, then try again.
refused-idempotency-key-reused = This form was already sent with different content
refused-idempotency-key-reused-advice = The first one may have been saved. Check before you send it again.
refused-idempotency-outdated = This form was already sent, and the data has changed since
refused-idempotency-outdated-advice = The first result is no longer valid. Check the current state, and send the form again if you still want to.

# Errors on our side

refused-automat-busy = Too many lockers of the automat are being opened
refused-automat-busy-advice = Nothing was opened. Try again when some of the openings have ended, in 20 seconds at most.
refused-busy = Others are changing the same thing
refused-busy-advice = Nothing was saved. Try again.
refused-internal = Something went wrong on our side
refused-internal-advice = Check whether your change was saved. If not, try again in a moment.
