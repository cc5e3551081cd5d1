"""What each Python of a run on another day reads first: from here on it is that day."""

import os
import time

import time_machine

time_machine.travel(time.time() + float(os.environ["TESTS_AHEAD_S"])).start()
