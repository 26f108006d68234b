# Prints the median of each benchmark, and its ratio to its group's limit: the
# member named bare or fsync, else the one with the smallest number.
/^Benchmark/ && / ns\/op/ {
	name = $1
	sub(/-[0-9]+$/, "", name)
	if (!(name in count)) order[++names] = name
	for (i = 2; i <= NF; i++) if ($i == "ns/op") value[name, ++count[name]] = $(i - 1)
}

function median(name,    i, j, n, t, v) {
	n = count[name]
	for (i = 1; i <= n; i++) v[i] = value[name, i] + 0
	for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j - 1] > v[j]; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

END {
	for (k = 1; k <= names; k++) {
		name = order[k]
		slash = match(name, /\/[^\/]*$/)
		group[name] = slash ? substr(name, 1, slash - 1) : name
		leaf = slash ? substr(name, slash + 1) : ""
		g = group[name]
		if (leaf == "bare" || leaf == "fsync") { limit[g] = name; fixed[g] = 1 }
		else if (!fixed[g] && leaf ~ /^[0-9]+$/ && (!(g in limit) || leaf + 0 < least[g])) { limit[g] = name; least[g] = leaf + 0 }
	}
	printf "\n%-52s %14s  %s\n", "benchmark", "median ns/op", "ratio to its limit"
	for (k = 1; k <= names; k++) {
		name = order[k]
		g = group[name]
		ratio = (g in limit && limit[g] != name) ? sprintf("%.2f × %s", median(name) / median(limit[g]), limit[g]) : ""
		printf "%-52s %14.0f  %s\n", name, median(name), ratio
	}
}
