internal import APIMachinery

/// Prometheus' text format, as far as a metric's values are to be found in it.
enum MetricsText {
    /// The sum of a metric's series; `nil` when it has none.
    static func sum(of metric: String, _ series: LabelSelector, in text: String) -> Double? {
        var sum: Double?
        for line in text.split(separator: "\n") where line.hasPrefix(metric) {
            var rest = line.dropFirst(metric.count)
            var labels: [String: String] = [:]
            if rest.first == "{" {
                guard let end = rest.lastIndex(of: "}") else { continue }
                labels = self.labels(rest[rest.index(after: rest.startIndex)..<end])
                rest = rest[rest.index(after: end)...]
            }
            guard rest.first == " ", series.matches(labels),
                let value = rest.split(separator: " ").first.flatMap({ Double($0) }), value.isFinite
            else { continue }
            sum = (sum ?? 0) + value
        }
        return sum
    }

    /// `a="b",c="d"`; a quote or backslash in a value is escaped.
    private static func labels(_ text: Substring) -> [String: String] {
        var labels: [String: String] = [:]
        var (name, value) = ("", "")
        var (isQuoted, isEscaped) = (false, false)
        for character in text {
            switch character {
            case _ where isEscaped:
                value.append(character == "n" ? "\n" : character)
                isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"":
                if isQuoted { labels[name.trimmingPrefix(" ").description] = value }
                isQuoted.toggle()
                (name, value) = isQuoted ? (name, "") : ("", "")
            case _ where isQuoted: value.append(character)
            case "=", ",": continue
            default: name.append(character)
            }
        }
        return labels
    }
}
