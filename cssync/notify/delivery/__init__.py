"""Takes what waits in the outbox to its sinks, effectively once, whatever dies on the way.

The outbox says SENDING before every attempt, so a row found in that state is one whose fate nobody knows: it is
looked up in the sink before it may go again. A message that has arrived is then kept true: where what it is to show
differs from what it shows, it is edited in its place, and an edit twice does no harm.

``round`` is the order of things and the place to start reading. ``posting`` takes one message out, ``threads`` lets
answers follow the message that they hang on, ``keeping`` edits, ``fallbacks`` finds another address for one that is
down, ``sinks`` knows what may be asked of whom, and ``delivered`` sums up. Nothing else writes to the outbox, once a
message is in it.
"""

from cssync.notify.delivery.delivered import Delivered
from cssync.notify.delivery.fallbacks import Fallbacks
from cssync.notify.delivery.round import deliver

__all__ = ["Delivered", "Fallbacks", "deliver"]
