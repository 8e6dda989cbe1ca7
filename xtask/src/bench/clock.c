// A clock that stands still, preloaded into what is counted: instructions.rs says why.
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
  (void)clock;
  // 28 May 2026. The nanoseconds differ between processes, since the SDK derives the tokens of transactions from them.
  *now = (struct timespec){.tv_sec = 1780000000, .tv_nsec = getpid()};
  return 0;
}
