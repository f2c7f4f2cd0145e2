// @ts-check
/**
 * The emoji of the picker, each with its names: the first is shown, all are searched. A small list of its own, because the
 * kept pickers need 100 KB of code and 400 KB of data, and a style in the page, which its policy refuses. Any other emoji
 * can be typed.
 */

/** @typedef {{title: string, emoji: [string, string][]}} EmojiGroup */

/** @type {[string, string][]} */
const NAMED = [
  [
    "Faces",
    `😀 grinning,happy|😄 laughing eyes,happy|😁 beaming,grin|😆 squinting laugh,haha|😅 sweat smile,relief|🤣 rolling on the floor,rofl,lol
    |😂 tears of joy,laughing,lol|🙂 smile|🙃 upside down,irony|😉 wink|😊 blushing,happy|😇 angel,halo|🥰 in love,hearts|😍 heart eyes,love
    |🤩 star struck,wow|😘 kiss|😋 delicious,yum|😛 tongue|😜 winking tongue,crazy|🤪 zany,crazy|🤗 hug|🤭 giggle,oops|🤫 hush,quiet
    |🤔 thinking,hmm|🤐 zipped,secret|🤨 raised eyebrow,doubt|😐 neutral|😑 expressionless|😶 speechless|😏 smirk|😒 unamused|🙄 rolling eyes
    |😬 grimace,awkward|😌 relieved|😔 pensive,sad|😴 sleeping,boring|😷 mask,ill|🤒 ill,fever|🤢 sick,disgusted|🤮 vomiting|🥵 hot|🥶 cold,freezing
    |😵 dizzy|🤯 mind blown,exploding|🤠 cowboy,western|🥳 party,celebrate|😎 cool,sunglasses|🤓 nerd|🧐 monocle,inspect|😕 confused|😟 worried
    |😮 astonished,wow|😲 shocked|😳 flushed,embarrassed|🥺 pleading,please|😨 afraid,scared|😱 screaming,horror,scared|😢 crying,sad|😭 sobbing,crying
    |😤 triumph,huffing|😠 angry|😡 furious,angry|🤬 swearing|😈 devil,evil|💀 skull,dead|👻 ghost,horror|👽 alien,science fiction|🤖 robot|💩 poo|🤡 clown`,
  ],
  [
    "Hands and hearts",
    `👍 thumbs up,yes,like|👎 thumbs down,no,dislike|👏 applause,clap|🙌 raised hands,hooray|🙏 please,thanks,pray|🤝 handshake,deal|👋 wave,hello,bye
    |✋ stop,hand|👌 ok|✌️ victory,peace|🤞 fingers crossed,luck|🤘 rock,metal|💪 strong,muscle|🫶 heart hands,love|🤷 shrug|🤦 facepalm|👀 eyes,look
    |👆 up,point|👇 down,point|❤️ heart,love|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|🤍 white heart
    |💔 broken heart|💯 hundred,perfect|💥 boom,explosion|💦 sweat,drops|💤 sleep,zzz`,
  ],
  [
    "Watching and music",
    `🍿 popcorn|🎬 clapper,film,action|🎥 camera,film|📽️ projector,film|📺 television,tv|🎞️ film strip|🎟️ ticket|🎭 theatre,drama|🎉 party,celebrate
    |🎊 confetti|🎂 cake,birthday|🎁 present,gift|🏆 trophy,winner|🥇 gold,first|⚽ football,soccer,goal|🏀 basketball|🎮 game,controller|🎲 dice,game
    |🎵 note,music|🎶 notes,music|🎤 microphone,sing|🎧 headphones,music|🎸 guitar,rock|🎹 piano,keyboard|🥁 drum|🎺 trumpet|🎻 violin|🕺 dancing|💃 dancing
    |🔥 fire,hot|✨ sparkles|⭐ star|🌟 glowing star|⏸️ pause|▶️ play|⏩ forward|⏪ back,rewind|🔊 loud,volume|🔇 mute,quiet|🚀 rocket,go`,
  ],
  [
    "Food and drink",
    `🍕 pizza|🍔 burger|🍟 fries|🌭 hot dog|🌮 taco|🍣 sushi|🍜 noodles|🍝 spaghetti|🥗 salad|🍎 apple|🍌 banana|🍓 strawberry|🍉 melon|🥑 avocado
    |🍫 chocolate|🍪 cookie|🍩 doughnut|🍦 ice cream|🍰 cake|☕ coffee|🍵 tea|🧃 juice|🥤 soft drink|🍺 beer|🍻 cheers,beer|🍷 wine|🥂 cheers,champagne|🍸 cocktail`,
  ],
  [
    "Animals and nature",
    `🐶 dog|🐱 cat|🐭 mouse|🐰 rabbit|🦊 fox|🐻 bear|🐼 panda|🐨 koala|🦁 lion|🐯 tiger|🐮 cow|🐷 pig|🐸 frog|🙈 see no evil,monkey|🐔 chicken|🐧 penguin
    |🦉 owl|🦄 unicorn|🐝 bee|🦋 butterfly|🐢 turtle|🐍 snake|🦖 dinosaur|🐙 octopus|🦈 shark|🐬 dolphin|🌹 rose|🌻 sunflower|🌈 rainbow|☀️ sun|🌙 moon
    |⚡ lightning|❄️ snow|🌊 wave,sea|🌍 earth,world`,
  ],
  [
    "Things and signs",
    `💡 idea,light|📱 phone|💻 computer|⏰ alarm,time|⏳ hourglass,wait|🔑 key|🔒 lock|💰 money|📷 photo,camera|📚 books|✏️ pencil|📌 pin|🗳️ vote
    |🏠 home|🚗 car|✈️ plane|🚲 bicycle|⚠️ warning|⛔ no entry|✅ check,done,yes|❌ no,wrong|❓ question|❗ exclamation|➕ plus|♻️ recycle|🆗 ok|🆕 new
    |🔁 again,repeat|🔴 red|🟢 green|🔵 blue|🏁 finish,flag|🏳️‍🌈 rainbow flag,pride`,
  ],
]

/** @type {EmojiGroup[]} */
export const GROUPS = NAMED.map(([title, entries]) => ({ title, emoji: parsed(entries) }))

/**
 * The groups with names in another language before the English ones.
 * @param {string} names as in `vendor/emojibase-data`
 * @returns {EmojiGroup[]}
 */
export function withNames(names) {
  const known = new Map(parsed(names))
  return GROUPS.map(({ title, emoji }) => ({
    title,
    emoji: emoji.map(([each, english]) => [
      each,
      known.has(each) ? `${known.get(each)},${english}` : english,
    ]),
  }))
}

/**
 * The emoji of which each word begins a word of a name, or that are searched for themselves.
 * @param {string} text
 * @param {EmojiGroup[]} [groups]
 * @returns {[string, string][]}
 */
export function named(text, groups = GROUPS) {
  const words = folded(text).split(/\s+/u).filter(Boolean)
  return groups
    .flatMap(({ emoji }) => emoji)
    .filter(
      ([emoji, names]) => words.length > 0 && words.every((word) => emoji === word || fits(names, word)),
    )
}

const WITHOUT_SPACES = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u

/** @param {string} names @param {string} word */
function fits(names, word) {
  if (WITHOUT_SPACES.test(word)) return folded(names).includes(word)
  return folded(names)
    .split(/[ ,]/u)
    .some((name) => name.startsWith(word))
}

/** "fröhlich" is found as "frohlich" too. @param {string} text */
const folded = (text) =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/gu, "")

/** @param {string} entries @returns {[string, string][]} */
function parsed(entries) {
  return entries.split("|").map((entry) => {
    const [emoji, ...names] = entry.trim().split(" ")
    return [emoji, names.join(" ")]
  })
}
