"""Who a native player is, which has no cookie: a member by its code, or a guest that was here before."""

from rooms.models.native_players.player_code import PlayerCode
from rooms.models.native_players.player_guest import PlayerGuest

__all__ = ["PlayerCode", "PlayerGuest"]
