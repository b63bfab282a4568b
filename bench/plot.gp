# SPDX-License-Identifier: Apache-2.0
# gnuplot -e "data='FILE'; title='...'; unit='...'; image='FILE.svg'" plot.gp: medians as bars, with minimum and maximum.
set terminal svg size 720, 100 + 30 * int(system("wc -l <" . data)) font "sans-serif,13" background "#ffffff"
set output image
set datafile separator "\t"
set title title noenhanced
set xlabel unit noenhanced
set style fill solid 0.9 noborder
stats data using 2 nooutput
rows = STATS_records
set yrange [rows - 0.4:-0.6]
set xrange [0:(STATS_max > 0 ? 1.4 * STATS_max : 1)] # one slow run must not hide the rest
set ytics nomirror scale 0
set xtics nomirror out
set border 1
unset key
colour(name) = name[0:10] eq "redis-init" ? 0x2a7f62 : 0x9aa5b1
plot data using (0):0:(0):2:($0 - 0.35):($0 + 0.35):(colour(strcol(1))):ytic(1) with boxxyerror linecolor rgb variable, \
     "" using 2:0:3:4 with xerrorbars linecolor rgb "#444444" pointtype 0 linewidth 1.2
