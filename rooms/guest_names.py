"""Names for guests who gave none: an adjective and an animal, in the language of the page.

All animals of a language have one gender, so that each adjective fits each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Words(NamedTuple):
    form: str
    adjectives: list[str]
    animals: list[str]


_WORDS = {
    "en": Words(
        "{adjective} {animal}",
        """Amber Bright Calm Clever Cosy Curious Dapper Gentle Golden Happy Jolly Keen Kind Lucky Mellow Merry Nimble
        Quiet Rosy Silver Snug Sunny Swift Velvet Warm Witty""".split(),
        """Badger Bear Comet Crane Deer Falcon Finch Fox Hare Heron Lynx Marten Moth Newt Otter Owl Panda Puffin Raven
        Robin Seal Sparrow Stoat Swan Tiger Wren""".split(),
    ),
    "de": Words(
        "{adjective} {animal}",
        """Flinker Froher Goldener Heiterer Kluger Kühner Leiser Lieber Lustiger Milder Munterer Netter Neugieriger
        Pfiffiger Ruhiger Sanfter Schlauer Silberner Sonniger Stiller Treuer Wacher Warmer Weiser""".split(),
        """Adler Bär Biber Dachs Delfin Falke Fink Frosch Fuchs Hase Hirsch Igel Kranich Luchs Marder Otter Panda
        Papagei Pinguin Rabe Reiher Schwan Specht Tiger Wal Zeisig""".split(),
    ),
    "es": Words(
        "{animal} {adjective}",
        """Alegre Amable Atento Audaz Ágil Bueno Calmado Cordial Curioso Dorado Dulce Feliz Fiel Gentil Listo Noble
        Plateado Rápido Risueño Sabio Sereno Simpático Tranquilo Veloz""".split(),
        """Búho Castor Ciervo Cisne Colibrí Delfín Erizo Gorrión Halcón Jilguero Lince Lobo Mirlo Oso Panda Petirrojo
        Pingüino Tejón Tigre Tucán Zorro""".split(),
    ),
    "fr": Words(
        "{animal} {adjective}",
        """Agile Aimable Ardent Brave Calme Curieux Discret Doré Doux Enjoué Fidèle Futé Gai Gentil Habile Joyeux Malin
        Paisible Rapide Rieur Sage Serein Tendre Vif""".split(),
        """Blaireau Castor Cerf Colibri Cygne Dauphin Écureuil Faucon Geai Hérisson Héron Hibou Lapin Loup Lynx Merle
        Ours Panda Phoque Pinguin Renard Rossignol Tigre""".split(),
    ),
    "ja": Words(
        "{adjective}{animal}",
        """あかるい あたたかい おだやかな かしこい きままな きらめく げんきな しずかな しなやかな
        すばやい ちいさな なかよしの のんびりな ほがらかな まじめな やさしい ゆうかんな ゆかいな""".split(),
        """アザラシ イルカ ウサギ オオカミ カモメ カワウソ キツネ クジラ クマ
        コマドリ シカ スズメ タヌキ ツバメ ツル ネコ ハリネズミ パンダ フクロウ ペンギン モモンガ リス""".split(),
    ),
}


def generate(language: str, choose: Callable[[Sequence[str]], str]) -> str:
    words = _WORDS.get(language, _WORDS["en"])
    return words.form.format(adjective=choose(words.adjectives), animal=choose(words.animals))
