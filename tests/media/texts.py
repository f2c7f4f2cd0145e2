"""Captions and chapters of the generated episode."""

ASS = """\
[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: 360
ScaledBorderAndShadow: yes

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,DejaVu Serif,28,&H00FFFFFF,&H000000FF,&H00000000,&H64000000,0,0,0,0,100,100,0,0,1,2,1,2,10,10,20,1
Style: Sign,DejaVu Sans Mono,20,&H0000FFFF,&H000000FF,&H00800000,&H64000000,1,0,0,0,100,100,0,0,1,3,0,8,10,10,20,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.50,0:00:01.50,Default,,0,0,0,,Upper line\\Nlower line {\\i1}slanted{\\i0}
Dialogue: 1,0:00:01.00,0:00:03.00,Sign,,0,0,0,,{\\pos(320,60)\\t(0,1500,\\frz180\\fscx150)\\fad(300,300)}A turning sign
Dialogue: 0,0:00:02.00,0:00:03.00,Default,,0,0,0,,{\\k25}Ka{\\k25}ra{\\k25}o{\\k25}ke
Dialogue: 2,0:00:03.00,0:00:04.00,Sign,,0,0,0,,{\\an7\\pos(0,0)\\p1\\c&H0000FF&}m 0 0 l 100 0 100 60 0 60{\\p0}
"""
SRT = """\
1
00:00:00,500 --> 00:00:01,500
Good <i>evening</i>

2
00:00:02,000 --> 00:00:03,500
{\\an8}At the top
"""
CHAPTERS = """\
;FFMETADATA1
title=An episode
[CHAPTER]
TIMEBASE=1/1000
START=0
END=1000
title=Opening
[CHAPTER]
TIMEBASE=1/1000
START=1000
END=3000
title=Part A
[CHAPTER]
TIMEBASE=1/1000
START=3000
END=4000
title=Ending
"""
TEXTS = {"captions.ass": ASS, "captions.srt": SRT, "chapters.txt": CHAPTERS}
