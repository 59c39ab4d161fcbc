import KubernetesClient

extension BuiltinValidation {
    mutating func probe(_ probe: JSONValue, _ path: String, isReadiness: Bool) {
        handler(probe, path, ["exec", "httpGet", "tcpSocket", "grpc"], grace: nil)
        if !isReadiness, let threshold = probe["successThreshold"], threshold != 1 {
            fail(.invalid("\(path).successThreshold", threshold, "must be 1"))
        }
        guard let grace = probe["terminationGracePeriodSeconds"] else { return }
        if (grace.integerValue ?? 0) <= 0 {
            fail(.invalid("\(path).terminationGracePeriodSeconds", grace, "must be greater than 0"))
        }
        if isReadiness {
            fail(
                .invalid("\(path).terminationGracePeriodSeconds", grace, "must not be set for readinessProbes"))
        }
    }

    /// What a probe or a hook does.
    mutating func handler(_ handler: JSONValue, _ path: String, _ kinds: [String], grace: Int64?) {
        let present = kinds.filter { handler[$0] != nil }
        if present.isEmpty { fail(.required(path, "must specify a handler type")) }
        for (place, kind) in present.enumerated() {
            let here = "\(path).\(kind)"
            if place > 0 {
                fail(.forbidden(here, "may not specify more than 1 handler type"))
                continue
            }
            let action = handler[kind] ?? [:]
            switch kind {
            case "exec":
                if action["command"]?.arrayValue?.isEmpty ?? true { fail(.required("\(here).command")) }
            case "httpGet": httpGet(action, here)
            case "tcpSocket": portReference(action["port"], "\(here).port")
            case "grpc": range(action["port"], "\(here).port", 1...65_535)
            default:
                let seconds = action["seconds"] ?? 0
                if let grace, !(0...grace).contains(seconds.integerValue ?? 0) {
                    fail(
                        .invalid(
                            here, seconds,
                            "must be non-negative and less than terminationGracePeriodSeconds (\(grace))"))
                }
            }
        }
    }

    private mutating func httpGet(_ action: JSONValue, _ path: String) {
        portReference(action["port"], "\(path).port")
        choice(action["scheme"], "\(path).scheme", ["HTTP", "HTTPS"])
        for header in action["httpHeaders"]?.arrayValue ?? [] {
            text(header["name"], "\(path).httpHeaders", Names.faultsOfHeaderName)
        }
    }
}
