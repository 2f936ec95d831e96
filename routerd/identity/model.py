"""What identity tells others about the action API's access. Frozen values only; never a secret among them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiState:
    """How `/api/` may be used at this moment.

    Attributes:
        post_enabled: POST requests are answered.
        get_enabled: GET requests are answered.
        has_key: a key has been made.
        rotated_at: when the key was made, seconds since the epoch; None without a key.
    """

    post_enabled: bool = False
    get_enabled: bool = False
    has_key: bool = False
    rotated_at: int | None = None
