"""The French that the machine reads and says: words, dates, periods, durations."""

from bot.french.dates import (
    MONTH_NUMBERS,
    MONTHS,
    MONTHS_SHORT,
    SHORT_WEEKDAY,
    WRITTEN_MONTH,
    fold_date,
    is_a_week_or_two,
    read_date,
    say_age,
    say_date,
    say_day,
    say_days,
    say_hour,
    say_moment,
    say_month,
    say_on,
    say_weekday,
    spell_weekday,
    write_date,
)
from bot.french.moments import is_past_moment, read_moment, write_moment
from bot.french.neighbours import period_after, period_before, period_to_compare
from bot.french.numbers import ANY_NUMBER, ANY_NUMBER_WORD, NUMBER_WORDS, digits, read_count, read_number
from bot.french.periods import (
    Period,
    find_period,
    months_after,
    read_coming_day,
    read_coming_days,
    read_coming_period,
    read_days_either_way,
    read_named_day,
    read_period,
)
from bot.french.words import (
    NBSP,
    group,
    join,
    join_some,
    noun,
    of,
    part_glued,
    plural,
    read_minutes,
    say_delay,
    say_minutes,
    whole_minutes,
    write_minutes,
)
