"""Reads corrections.txt: what neither source says, or says too loosely, and a person looked up.

A line is a name and what is true of it:

    android.os.SystemClock.elapsedRealtime()  long       returns this type; "<T> T" brings its own type parameter
    android.app.Activity.getWindow()          present    never null, or only by a caller's mistake
    androidx.core.util.Consumer.accept()      abstract   has no code, or (concrete) has
    android.app.AlarmManager.INTERVAL_DAY     long       a field of this type
    androidx.lifecycle.LifecycleObserver      interface  or class

A method's parentheses are empty for all of that name, or hold the types of one, with a comma and no space between. A star in a name stands for anything. Of several lines that speak of the same, the last holds. One that speaks of nothing
is an error: it corrects what is not there any more.
"""

import re
from dataclasses import dataclass


@dataclass
class Correction:
    name: str
    says: str
    used: bool = False


class Corrections:
    def __init__(self, lines):
        self.exact = {}
        self.patterns = []
        for line in lines:
            words = line.split("#", 1)[0].split(None, 1)
            if len(words) != 2:
                if words:
                    raise ValueError(f"a correction of two words is expected, not: {line.strip()}")
                continue
            one = Correction(words[0], words[1].strip())
            if "*" in one.name:
                self.patterns.append((re.compile(re.escape(one.name).replace(r"\*", ".*") + "$"), one))
            else:
                self.exact.setdefault(one.name, []).append(one)

    def of(self, name):
        """What is said of a name: patterns first, so that an exact name corrects them."""
        found = [one for pattern, one in self.patterns if pattern.match(name)] + self.exact.get(name, [])
        for one in found:
            one.used = True
        return [one.says for one in found]

    def of_method(self, owner, method):
        return self.of(f"{owner}.{method.name}()") + (self.of(f"{owner}.{method.name}({','.join(method.parameters)})") if method.parameters else [])

    def unused(self):
        everything = [one for _, one in self.patterns] + [one for several in self.exact.values() for one in several]
        return [one.name for one in everything if not one.used]
