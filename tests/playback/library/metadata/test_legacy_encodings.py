"""Legacy tags are decoded in their actual encoding; true Latin-1 never changes."""

# ruff: noqa: RUF001 letters that look alike are what this is about

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from playback.library.metadata import legacy_encodings
from playback.library.metadata.legacy_encodings import UNDECODED, decode
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import id3, mp3

# Real titles and artists.
OLD = {
    "shift_jis": (
        "夜に駆ける|八月",
        "上を向いて歩こう|坂本九",
        "残酷な天使のテーゼ|高橋洋子",
        "紅蓮華|LiSA",
        "世界に一つだけの花|SMAP",
        "ギター|くるり",
        "さくら|森山直太朗",
        "リンダリンダ|ザ・ブルーハーツ",
        "雪の華|中島美嘉",
        "東京|くるり",
        "丸の内サディスティック|椎名林檎",
        "恋|星野源",
        "第1楽章|小澤征爾",
    ),
    "gbk": (
        "开始懂了|孙燕姿",
        "月亮代表我的心|邓丽君",
        "青花瓷|周杰伦",
        "后来|刘若英",
        "小苹果|筷子兄弟",
        "红豆|王菲",
        "朋友|臧天朔",
        "海阔天空|Beyond",
        "十年|陈奕迅",
        "一无所有|崔健",
        "蓝莲花|许巍",
        "千里之外 (Live)|周杰伦",
        "大海|张雨生",
    ),
    "big5": (
        "月亮代表我的心|鄧麗君",
        "青花瓷|周杰倫",
        "後來|劉若英",
        "朋友|周華健",
        "愛我別走|張震嶽",
        "十年|陳奕迅",
        "海闊天空|Beyond",
        "小幸運|田馥甄",
        "天黑黑|孫燕姿",
        "倔強|五月天",
    ),
    "euc_kr": (
        "강남스타일|싸이",
        "벚꽃 엔딩|버스커 버스커",
        "봄날|방탄소년단",
        "밤편지|아이유",
        "사랑했지만|김광석",
        "거위의 꿈|인순이",
        "좋은 날|아이유",
        "서른 즈음에|김광석",
        "아리랑|나윤선",
    ),
    "euc_jp": (
        "夜に駆ける|八月",
        "上を向いて歩こう|坂本九",
        "雪の華|中島美嘉",
        "リンダリンダ|ザ・ブルーハーツ",
    ),
    "cp1251": (
        "Группа крови|Кино",
        "Звезда по имени Солнце|Кино",
        "Катюша|Лидия Русланова",
        "Кукушка|Полина Гагарина",
        "Прогулки по воде|Наутилус Помпилиус",
        "Я|Чиж & Co",
        "Обійми|Океан Ельзи",
        "Не спеши (Live)|ДДТ",
        "Осень|ДДТ",
        "МОЯ ЛЮБОВЬ|АЛЛА ПУГАЧЁВА",
        "Мой рок-н-ролл|Би-2",
        "01 Вступление|Ария",
    ),
    "koi8_r": (
        "Группа крови|Кино",
        "Катюша|Лидия Русланова",
        "Осень|ДДТ",
        "Звезда по имени Солнце|Кино",
    ),
    "cp1253": (
        "Ζορμπάς|Μίκης Θεοδωράκης",
        "Μισιρλού|Αγνώστου",
        "Το μινόρε της αυγής|Βασίλης Τσιτσάνης",
        "Χάρτινο το φεγγαράκι|Μάνος Χατζιδάκις",
    ),
    "cp1255": (
        "הללויה|גלי עטרי",
        "ירושלים של זהב|נעמי שמר",
        "שיר לשלום|מירי אלוני",
    ),
    "cp1256": (
        "إنت عمري|أم كلثوم",
        "حبيبي يا نور العين|عمرو دياب",
        "نسم علينا الهوى|فيروز",
    ),
    "cp874": (
        "ลอยกระทง|สุนทราภรณ์",
        "เพื่อชีวิต|คาราบาว",
        "รักเธอ|บอดี้สแลม",
    ),
    "cp1250": (
        "Dni, których nie znamy|Marek Grechuta",
        "Želva|Olympic",
        "Autobiografia|Perfect",
        "Dziwny jest ten świat|Czesław Niemen",
        "Zażółć gęślą jaźń|Maanam",
    ),
    "iso8859-2": (
        "Příliš žluťoučký kůň|Jiří Schelinger",
        "Szczęście|Myslovitz",
        "Zażółć gęślą jaźń|Maanam",
    ),
    "iso8859-5": (
        "Вечерний звон|Хор",
        "Группа крови|Кино",
        "Катюша|Лидия Русланова",
    ),
    "iso8859-6": ("زهرة المدائن|فيروز",),
    "iso8859-7": (
        "Άσπρα καράβια|Γιάννης Πουλόπουλος",
        "Ζορμπάς|Μίκης Θεοδωράκης",
    ),
    "iso8859-15": (
        "Œuvre complète|Cœur",
        "Cœur de pirate|Comme des enfants",
    ),
    "iso2022_jp": ("上を向いて|坂本九",),
    "utf-8": (
        "夜に駆ける|八月",
        "Jóga|Björk",
        "Группа крови|Кино",
        "Déjà vu|Beyoncé",
    ),
}
LATIN_1 = (
    "Björk|Jóga",
    "Motörhead|Ace of Spades",
    "Mötley Crüe|Dr. Feelgood",
    "Sigur Rós|Ágætis byrjun",
    "Beyoncé|Déjà Vu",
    "Céline Dion|Encore un soir",
    "Édith Piaf|Non, je ne regrette rien",
    "Françoise Hardy|Où va la chance",
    "Hüsker Dü|New Day Rising",
    "Blue Öyster Cult|(Don't Fear) The Reaper",
    "Die Ärzte|Männer sind Schweine",
    "Röyksopp|Só Easy",
    "Maná|Oye mi amor",
    "Café Tacvba|La ingrata",
    "Caetano Veloso|Coração vagabundo",
    "João Gilberto|Chega de saudade",
    "Åge Aleksandersen|Lys og varme",
    "Ølsanger|Øl",
    "Måneskin|Zitti e buoni",
    "Ásgeir|Dýrð í dauðaþögn",
    "Jónsi|Go Do",
    "Niños Mutantes|Errante",
    "Ñu|Más duro que nunca",
    "Herbert Grönemeyer|Männer",
    "Fünf Sterne deluxe|Süß",
    "Straße|Größe",
    "Queensrÿche|Eyes",
    "Zoé|Labios rotos",
    "Ö|Å",
    "À|Ô",
    "É|È",
    "Ü|Über",
    "Señor Coconut|Autobahn",
    "Ænima|Tool",
    "Café Müller|«Été»",
    "Noël|¿Qué?",
    "Å i åa ä e ö|Ä",
    "Þursaflokkurinn|Þögul nóttin",
    "Änglagård|Jordrök",
    "Stéphane Grappelli|Créée",
    "Tiësto|Adagio",
    "Michaël|Naïveté",
    "Mylène Farmer|Désenchantée",
    "Téléphone|Ça c'est vraiment toi",
    "Gaëtan Roussel|Inside Outside",
    "ÉTÉ 67|ÇA VA",
    "MÖTÖRHËÄD|ÖL",
    "Kærlighed|Gærdet",
    "Bülent Ersoy|Gülü",
    "Ýmir|Ýr",
    "Sinéad O'Connor|Nothing Compares 2 U",
    "L'été indien|Joe Dassin",
    "5°|25° Nord",
    "Nº 1|La nº 1",
    "µ-Ziq|Brace Yourself Jason",
    "Vol. ½|¾ time",
    "© 1999|® Band",
    "Trentemøller|Miss You",
    "Sólstafir|Fjara",
    "Óvöröss|Óró",
    "Aéreo|AÉREO",
    "Ça ira|Ça",
)
WINDOWS = (
    "It’s – a “Test”|Björk…",
    "Don’t Stop|Queen",
    "Ray Charles|What’d I Say",
    "Œuvres|Cœur de pirate",
    "Zaž|Šarka",
    "€uro|Žižek",
)


def marked(text: str, encoding: str) -> str:
    """Return the text as read from tags that are marked as Latin-1."""
    return text.encode(encoding).decode(UNDECODED)


def read_back(row: str, encoding: str, file_name: str = "") -> tuple[str, ...]:
    title, artist = row.split("|")
    found = decode({"title": marked(title, encoding), "artist": marked(artist, encoding)}, file_name)
    return found["title"], found["artist"]


@pytest.mark.parametrize("encoding", OLD)
def test_two_fields_are_enough(encoding: str):
    wrong = [row for row in OLD[encoding] if read_back(row, encoding) != tuple(row.split("|"))]
    assert wrong == []


@pytest.mark.parametrize(("rows", "encoding"), [(LATIN_1, "latin-1"), (WINDOWS, "cp1252")])
def test_true_latin_1_stays_as_it_is(rows: tuple[str, ...], encoding: str):
    assert [row for row in rows if read_back(row, encoding) != tuple(row.split("|"))] == []


names = st.sampled_from([field for row in LATIN_1 for field in row.split("|")])


@given(st.lists(names, min_size=1, max_size=5))
def test_names_in_latin_1_stay_as_they_are_in_any_company(fields: list[str]):
    found = decode({str(number): marked(field, "latin-1") for number, field in enumerate(fields)})
    assert list(found.values()) == fields


plain = st.text(st.characters(codec="ascii", categories=["L", "N", "Zs"]), min_size=1, max_size=8)
accented = st.text("àâäåæçèéêëìíîïñòóôöøùúûüýßÅÄÖÉÜØ", min_size=1, max_size=2)


@given(st.lists(st.tuples(plain, accented, plain).map("".join), min_size=1, max_size=4))
def test_accents_among_plain_letters_are_latin_1(words: list[str]):
    text = " ".join(words)
    if all(word[:1].isalpha() and word[-1:].isalpha() for word in text.split()):
        assert decode({"title": marked(text, "latin-1")}) == {"title": text}


@given(
    st.dictionaries(
        st.sampled_from(["title", "artist"]), st.binary(max_size=40).map(lambda data: data.decode(UNDECODED))
    )
)
def test_any_bytes_become_text(fields: dict[str, str]):
    for text in decode(fields).values():
        text.encode()


@given(st.text(max_size=20))
def test_decoded_text_stays(text: str):
    text = text.encode(errors="ignore").decode()
    assume(not re.search("[\u00c2-\u00f4][\u0080-\u00bf]|\x1b", text))  # doubly encoded text
    assert decode({"title": text}) == {"title": text}


def test_the_file_name_decides_for_short_fields():
    assert read_back("Şımarık|Tarkan", "cp1254", "Tarkan - Şımarık") == ("Şımarık", "Tarkan")
    assert read_back("Žena|x", "cp1250", "01 Žena")[0] == "Žena"
    assert read_back("Ýmir|x", "latin-1", "Ýmir")[0] == "Ýmir"


@pytest.mark.parametrize(
    ("title", "artist"),
    [(("Группа крови", "cp1251"), ("Кино", "utf-8")), (("Группа крови", "cp1251"), ("Björk", "latin-1"))],
)
def test_fields_that_two_programs_wrote(title: tuple[str, str], artist: tuple[str, str]):
    assert decode({"title": marked(*title), "artist": marked(*artist)}) == {
        "title": title[0],
        "artist": artist[0],
    }


@pytest.mark.parametrize("text", ["Björk Jóga", "Ágætis", "Ménage à trois", "Группа", "夜に駆ける", "Don’t"])
def test_utf_8_that_was_misread_as_latin_1_and_encoded_again(text: str):
    doubled = text.encode().decode("latin-1")
    assert decode({"title": doubled}) == {"title": text}
    assert decode({"title": marked(doubled, "utf-8")}) == {"title": text}


def test_a_short_field_alone_is_no_proof():
    """The DOS encoding of Russian is not supported; four bytes of it must not become Chinese."""
    found = decode({"title": marked("Группа крови", "cp866"), "artist": marked("Кино", "cp866")})
    assert found == {"title": "", "artist": ""}


def test_fields_that_were_cut_off_in_a_letter():
    title = ("夜に駆ける" * 9).encode("cp932")[:29] + b"\x96"
    assert decode({"title": title.decode(UNDECODED)})["title"].startswith("夜に駆ける")


def test_text_that_makes_no_sense_is_empty():
    assert decode({"title": b"\x81\x8d\x8f\x90\x9d".decode(UNDECODED)}) == {"title": ""}


@pytest.mark.once
class InTags(LibraryCase):
    def test_legacy_tags_are_found_by_their_meaning(self):
        tags = [(b"TIT2", "Группа крови"), (b"TPE1", "Кино"), (b"TALB", "Группа крови"), (b"TPE2", "Кино")]
        self.put("a.mp3", id3((name, b"\0" + text.encode("cp1251")) for name, text in tags) + mp3())
        v1 = b"TAG" + b"".join(
            text.encode("gbk").ljust(30, b"\0") for text in ("开始懂了", "孙燕姿", "我要的幸福")
        )
        self.put("b.mp3", mp3() + v1 + bytes(35))
        self.scan()
        item = self.item("a.mp3")
        assert (item.title, item.artist, item.album_artist) == ("Группа крови", "Кино", "Кино")
        item = self.item("b.mp3")
        assert (item.title, item.artist, item.album) == ("开始懂了", "孙燕姿", "我要的幸福")

    def test_an_unreadable_title_is_replaced_by_the_file_name(self):
        self.put("Its own name.mp3", id3([(b"TIT2", b"\0\x81\x8d\x8f\x90\x9d")]) + mp3())
        self.scan()
        assert self.item("Its own name.mp3").title == "Its own name"

    def test_nothing_is_loaded_for_names_in_latin_1(self):
        self.put("a.mp3", id3([(b"TIT2", "\0Mötley Crüe".encode("latin-1"))]) + mp3())
        detected = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(legacy_encodings, "_detect", detected.append)
            self.scan()
        assert (self.item("a.mp3").title, detected) == ("Mötley Crüe", [])
