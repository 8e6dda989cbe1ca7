### What cannot be done: for each code of a problem what happened, and where it helps what to do about it. A title stands
### as the heading of a page, on top of a form, or beside a field, so it has no full stop.

# What a page sent that no page of ours sends

refused-malformed-json = This cannot be read
refused-malformed-json-advice = Go back, reload the page and try again.
refused-invalid-request = Some of what was sent cannot be taken
refused-invalid-request-advice = Go back and look at the fields again.
refused-body-too-large = This is too much for one form
refused-body-too-large-advice = Go back and shorten the longest text.
refused-unsupported-media-type = This cannot be read
refused-unsupported-media-type-advice = Go back, reload the page and try again.
refused-invalid-query = This address has something in it that the page does not know
refused-invalid-query-advice = Take away what follows the question mark in the address, or start from the automats.
refused-invalid-cursor = This part of the list is not there any more
refused-invalid-cursor-advice = Start from the beginning of the list.
refused-invalid-header = This cannot be read
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
    [admin] Nothing was done. Your role does not include it. Ask an admin to do it, or to give you the role of an admin.
    [operator] Nothing was done. Your role does not include it. Ask an operator to do it, or an admin to give you the role of an operator.
   *[viewer] You are signed in, but nobody has said what you may see. Ask an admin of your organisation to give you a role, then sign out and in again.
}

# What is not there

refused-route-not-found = There is no such page
refused-route-not-found-advice = The address may be mistyped or incomplete. Start from the automats, or search for a key.
refused-method-not-allowed = This page cannot be used like this
refused-method-not-allowed-advice = Start from the automats and try again.
refused-automat-not-found = There is no such automat
refused-automat-not-found-advice = It may have been removed, or the address is mistyped: capital and small letters differ. The list of automats has all that there are.
refused-key-not-found = There is no such key
refused-key-not-found-advice = It may have been removed, or the address is mistyped: capital and small letters differ. Search for a part of its name or of its property.
refused-contract-not-found = There is no such contract on this key
refused-contract-not-found-advice = It may have been removed, or belong to another key. The page of the key lists all its contracts; those that ended long ago are deleted.
refused-locker-not-found = The automat has no such locker
refused-locker-not-found-advice = { $lockerCount ->
    [0] Open the automat’s page to see its lockers.
    [one] It has one locker, number 0.
   *[other] It has { $lockerCount } lockers. They are numbered from 0.
}
refused-opening-not-found = There is no such opening
refused-opening-not-found-advice = Openings are deleted when they are old. The events of the automat tell what became of it.
refused-message-not-found = There is no such message
refused-message-not-found-advice = The page of the contract lists its messages.

# What exists already

refused-automat-exists = There is an automat of this name already
refused-automat-exists-advice = Choose another automat ID.
refused-key-exists = There is a key of this name already
refused-key-exists-advice = Choose another key ID. If a key of this name was removed just now, wait a moment.
refused-contract-exists = The key has a contract of this name already
refused-contract-exists-advice = Choose another contract ID, or leave it empty to get a new one.

# What stands in the way

refused-locker-index-too-big = { $lockerCount ->
    [0] The automat has no such locker
    [one] The automat has one locker only, number 0
   *[other] The automat has { $lockerCount } lockers only, numbered from 0
}
refused-locker-index-too-big-advice = Choose a lower number.
refused-locker-occupied = Locker { $lockerIndex } has a key already
refused-locker-occupied-advice = Choose an empty locker.
refused-no-free-locker = Every locker of the automat has a key
refused-no-free-locker-advice = Remove a key from it first, or choose another automat.
refused-lockers-in-use = Locker { $lockerIndex } has a key
refused-lockers-in-use-advice = The automat cannot have fewer lockers than that. Move the key to a lower locker, or remove it, first.
refused-automat-holds-keys = { $keyCount ->
    [one] The automat still has a key
   *[other] The automat still has { $keyCount } keys
}
refused-automat-holds-keys-advice = Remove its keys first.
refused-automat-has-contracts = { $contractCount ->
    [one] A contract at this automat has not ended
   *[other] { $contractCount } contracts at this automat have not ended
}
refused-automat-has-contracts-advice = Their contacts were told times in the old time zone. Tick the box to change it and to tell them the new local times.
refused-return-code-in-use = Another key of the automat has this return code
refused-return-code-in-use-advice = Choose another return code.
refused-contracts-overlap = Contracts on the key overlap, so it must stay shared
refused-contracts-overlap-advice = Move or remove one contract of each pair first.
refused-not-started = The contract has not started yet
refused-not-started-advice = Edit or remove it instead.
refused-key-out = The key is out
refused-key-out-advice = Somebody has it. Wait until it is back, or say that you want this all the same.
refused-holder-has-key = The holder has the key already
refused-holder-has-key-advice = The contract cannot start in the future. End it now and book another one, or wait until the key is back.
refused-key-being-removed = The key is being removed
refused-key-being-removed-advice = It will be gone in a moment.
refused-contract-overlap = Another contract has the key then
refused-contract-overlap-advice = Choose another time.
refused-too-many-contracts = The key has as many contracts as it can hold
refused-too-many-contracts-advice = Remove contracts that are not needed, or wait until some have ended.
refused-pin-in-use = Another contract of the automat has this PIN
refused-pin-in-use-advice = Choose another, or leave it empty to get a free one.
refused-locker-busy = The locker is being opened already
refused-locker-busy-advice = Nothing more was asked for. Follow the opening that is under way; try again when it has ended.
refused-automat-offline = The automat is not connected
refused-automat-offline-advice = Nothing was opened: it cannot hear us. You can try for 20 seconds all the same: if it is back by then, the locker opens.
refused-message-under-way = The message is being sent already
refused-message-under-way-advice = Look again in a moment.
refused-message-outdated = The message is no longer true
refused-message-outdated-advice = The contract has changed since. Send a later message instead.
refused-stale-version = It has been changed meanwhile
refused-stale-version-advice = Nothing was saved. Look at what it is now, then decide.
refused-idempotency-key-reused = This form was sent before with something else in it
refused-idempotency-key-reused-advice = What was sent first may have been saved. Look before you send it once more.
refused-idempotency-outdated = This form was sent before, and things have changed since
refused-idempotency-outdated-advice = What was answered then is no longer true. Look at how it is now, and send the form once more if you still want to.

# What is wrong with us

refused-automat-busy = Too many lockers of the automat are being opened
refused-automat-busy-advice = Nothing was opened. Try again when some of the openings have ended: that takes 20 seconds at most.
refused-busy = Others are changing the same thing
refused-busy-advice = Nothing was saved. Try again.
refused-internal = Something went wrong on our side
refused-internal-advice = It is not known to be your fault. Look whether what you wanted has been done; if not, try again in a moment.
