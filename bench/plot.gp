# SPDX-License-Identifier: Apache-2.0
# gnuplot -e "data='FILE'; title='...'; unit='...'; image='FILE.svg'" plot.gp: medians as bars, with minimum and maximum.
set terminal svg size 720, 60 + 30 * int(system("wc -l <" . data)) font "sans-serif,13" background "#ffffff"
set output image
set datafile separator "\t"
set title title noenhanced
set xlabel unit noenhanced
set style fill solid 0.9 noborder
set yrange [:] reverse
set xrange [0:*]
set ytics nomirror scale 0
set xtics nomirror
set border 1
unset key
colour(name) = name[0:10] eq "redis-init" ? 0x2a7f62 : 0x9aa5b1
plot data using (0):0:(0):2:($0 - 0.35):($0 + 0.35):(colour(strcol(1))):ytic(1) with boxxyerror linecolor rgb variable, \
     "" using 2:0:3:4 with xerrorbars linecolor rgb "#444444" pointtype 0 linewidth 1.2
