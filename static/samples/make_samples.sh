#!/bin/sh
# Makes clip.webm and music.ogg. Needs ffmpeg with libvpx and libopus, Python 3.11 and the font DejaVu.
#   frame = floor(position * 25), shown large, and in binary in the 24 squares at the top left.
set -eu
cd "$(dirname "$0")"
fps=25 seconds=96
trap "rm -f encoded.webm" EXIT
bold=$(fc-match -f '%{file}' 'DejaVu Sans:bold') plain=$(fc-match -f '%{file}' 'DejaVu Sans')

number="drawtext=fontfile=$bold:text='%{eif\\:n\\:d\\:4}':fontsize=76:fontcolor=white:x=(w-text_w)/2:y=(h-60)/2-10:shadowcolor=black@0.35:shadowx=0:shadowy=2"
clock="drawtext=fontfile=$plain:text='%{eif\\:trunc(n/$fps/60)\\:d\\:2}\\:%{eif\\:mod(trunc(n/$fps)\\,60)\\:d\\:2}':fontsize=24:fontcolor=white@0.8:x=(w-text_w)/2:y=h/2+46"
name="drawtext=fontfile=$bold:text='Watchium':fontsize=20:fontcolor=white@0.9:x=24:y=h-44"
hint="drawtext=fontfile=$plain:text='same frame, same moment':fontsize=15:fontcolor=white@0.7:x=w-text_w-24:y=h-41"

python3 make_samples.py frames | ffmpeg -hide_banner -loglevel error -stats -y \
    -f rawvideo -pix_fmt gray -s 640x360 -r $fps -i - \
    -f lavfi -i "gradients=s=640x360:r=$fps:d=$seconds:n=4:c0=0x140f2d:c1=0x3b1f6b:c2=0x0e5a6b:c3=0x7a2a5c:x0=0:y0=0:x1=639:y1=359:speed=0.004:seed=7" \
    -f lavfi -i "color=white:s=640x360:r=$fps:d=$seconds" \
    -f lavfi -i "aevalsrc='0.55*sin(2*PI*if(lt(mod(t,10),1),1320,880)*t)*exp(-55*mod(t,1))*min(1,mod(t,1)*2000)':s=48000:d=$seconds" \
    -filter_complex "[2]format=yuva444p[w];[w][0]alphamerge[light];[1]format=yuv444p,$number,$clock,$name,$hint,drawbox=x=0:y=0:w=192:h=8:color=black:t=fill[ground];[ground][light]overlay=shortest=1:format=yuv444,format=yuv420p[v]" \
    -map "[v]" -map 3 -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact \
    -c:v libvpx-vp9 -b:v 0 -crf 36 -g $((2 * fps)) -keyint_min $((2 * fps)) -row-mt 1 -deadline good -cpu-used 3 -auto-alt-ref 1 \
    -c:a libopus -b:a 24k -ac 1 encoded.webm

# The muxer delays the picture by 7 ms for the sound's pre-roll; this moves frame n back to exactly n / 25 s.
ffmpeg -hide_banner -loglevel error -y -i encoded.webm -map 0 -map_metadata -1 -fflags +bitexact -c copy \
    -bsf:v setts=pts=PTS-STARTPTS:dts=DTS-STARTDTS -avoid_negative_ts disabled -cues_to_front 1 clip.webm

python3 make_samples.py music | ffmpeg -hide_banner -loglevel error -y \
    -f s16le -ar 48000 -ac 2 -i - -map_metadata -1 -fflags +bitexact -flags:a +bitexact -c:a libopus -b:a 72k music.ogg
ls -l clip.webm music.ogg
