import KubernetesClient

extension BuiltinValidation {
    mutating func networkPolicy(_ spec: JSONValue) {
        expressions(spec["podSelector"] ?? [:], "spec.podSelector")
        for (list, peers) in [("ingress", "from"), ("egress", "to")] {
            for (index, rule) in (spec[list]?.arrayValue ?? []).enumerated() {
                let here = "spec.\(list)[\(index)]"
                for (place, port) in (rule["ports"]?.arrayValue ?? []).enumerated() {
                    policyPort(port, "\(here).ports[\(place)]")
                }
                for (place, peer) in (rule[peers]?.arrayValue ?? []).enumerated() {
                    self.peer(peer, "\(here).\(peers)[\(place)]")
                }
            }
        }
        let types = spec["policyTypes"]?.arrayValue ?? []
        if types.count > 2 {
            return fail(.invalid("spec.policyTypes", .array(types), "may not specify more than two policyTypes"))
        }
        for (index, type) in types.enumerated() { choice(type, "spec.policyTypes[\(index)]", ["Ingress", "Egress"]) }
    }

    private mutating func policyPort(_ port: JSONValue, _ path: String) {
        choice(port["protocol"], "\(path).protocol", ["TCP", "UDP", "SCTP"])
        if let number = port["port"] { portReference(number, "\(path).port") }
        guard let end = port["endPort"] else { return }
        let here = "\(path).endPort"
        if let name = port["port"]?.stringValue {
            _ = name
            fail(.invalid(here, end, "may not be specified when `port` is non-numeric"))
        } else if let first = port["port"] {
            if end.integerValue ?? 0 < first.integerValue ?? 0 {
                fail(.invalid(here, first, "must be greater than or equal to `port`"))
            }
            range(end, here, 1...65_535)
        } else {
            fail(.invalid(here, end, "may not be specified when `port` is not specified"))
        }
    }

    private mutating func peer(_ peer: JSONValue, _ path: String) {
        if peer == [:] { fail(.required(path, "must specify a peer")) }
        for field in ["podSelector", "namespaceSelector"] {
            if let selector = peer[field] { expressions(selector, "\(path).\(field)") }
        }
        guard let block = peer["ipBlock"] else { return }
        if (peer.objectValue?.count ?? 0) > 1 {
            fail(.forbidden(path, "may not specify both ipBlock and another peer"))
        }
        let here = "\(path).ipBlock"
        guard let range = block["cidr"], range != "", let whole = self.block(range, "\(here).cidr") else { return }
        if whole.address.masked(whole.length) != whole.address {
            fail(.invalid("\(here).cidr", range, "must not have bits set beyond the prefix length"))
        }
        for (index, exception) in (block["except"]?.arrayValue ?? []).enumerated() {
            guard let part = self.block(exception, "\(here).except[\(index)]") else { continue }
            if !whole.contains(part.address) || part.length <= whole.length {
                fail(.invalid("\(here).except[\(index)]", exception, "must be a strict subset of `cidr`"))
            }
        }
    }
}
