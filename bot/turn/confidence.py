"""When the built-in model is too unsure of its decision to act on it."""

from __future__ import annotations

ASK_BELOW = -1.0
"""The log-probability of a decision's least sure token below which it is handed on or asked about, one in a hundred.

Of 18 such decisions on the third set and on 900 questions that no set holds, 10 were right; of those between it and
-0.7, 18 of 30. So asking from -0.7 on would cost more right answers than it would save wrong ones.
"""
