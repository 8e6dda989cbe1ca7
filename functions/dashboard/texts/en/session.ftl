### Signing in, and requests that a page of ours did not send.

sign-in-again = Sign in again
sign-in-in-a-new-tab = Sign in in a new tab
send-again = Send again

session-ended = You are signed out
session-ended-advice = Nothing was saved. Sign in in a new tab, come back to this one and send the form again. Your entries are still here.

session-foreign = This request did not come from the dashboard
session-foreign-advice = Nothing was done. Another site sent the request, or your browser did not say which one did. Go to the page that you need and try again there.

session-newcomer = You have no role yet
session-newcomer-advice = You are signed in, but you cannot see anything yet. Ask an admin to make you a viewer, operator or admin. Then sign out and sign in again.

session-denied = You are not signed in
session-denied-advice = The sign-in was cancelled.

session-lost = You are not signed in
session-lost-advice = The sign-in took too long, or was already completed. If this keeps happening, check that your browser accepts cookies from this site.

session-unavailable = We could not sign you in
session-unavailable-advice = The sign-in service is not responding. Nothing was done. Try again in a moment.
