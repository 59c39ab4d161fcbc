import KubernetesClient

extension BuiltinValidation {
    mutating func node(_ node: JSONValue, _ old: JSONValue?) {
        taints(node)
        capacity(node)
        let blocks = node[path: ["spec", "podCIDRs"]]?.arrayValue ?? []
        for (index, block) in blocks.enumerated() where IPBlock(block.stringValue ?? "", leadingZeros: true) == nil {
            let detail = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
            fail(.invalid("spec.podCIDRs[\(index)]", block, detail))
        }
        let families = blocks.compactMap { IPBlock($0.stringValue ?? "", leadingZeros: true)?.address.isIPv4 }
        if families.count == blocks.count, Set(families).count < families.count {
            fail(.invalid("spec.podCIDRs", .array(blocks), "may specify no more than one CIDR for each IP family"))
        }
        if let old { nodeChange(node, from: old) }
    }

    /// What an update of a node or its status must keep to.
    mutating func nodeChange(_ node: JSONValue, from old: JSONValue) {
        capacity(node)
        var seen: Set<JSONValue> = []
        for (index, address) in (node[path: ["status", "addresses"]]?.arrayValue ?? []).enumerated()
        where !seen.insert(address).inserted {
            let shown = Self.goStruct([("Type", address["type"] ?? ""), ("Address", address["address"] ?? "")])
            fail(FieldError(.duplicate, "status.addresses[\(index)]", shown: shown))
        }
        for (field, name) in [("podCIDRs", "podCIDR"), ("providerID", "providerID")] {
            guard let before = old[path: ["spec", field]], node[path: ["spec", field]] != before else { continue }
            fail(.forbidden("spec.\(field)", "node updates may not change \(name) except from \"\" to valid"))
        }
        taints(node)
        if node[path: ["spec", "externalID"]] != old[path: ["spec", "externalID"]] {
            fail(.forbidden("spec.externalID", "may not be updated"))
        }
    }

    private mutating func capacity(_ node: JSONValue) {
        for field in ["allocatable", "capacity"] {
            for (name, amount) in node[path: ["status", field]]?.objectValue ?? [:] {
                quantity(amount, name, "status.\(field).\(name)")
            }
        }
    }

    private mutating func taints(_ node: JSONValue) {
        var seen: Set<JSONValue> = []
        for (index, taint) in (node[path: ["spec", "taints"]]?.arrayValue ?? []).enumerated() {
            let path = "metadata.taints[\(index)]"
            let (key, effect) = (taint["key"] ?? "", taint["effect"] ?? "")
            for fault in Names.faultsOfQualifiedName(key.stringValue ?? "") {
                fail(.invalid("\(path).key", key, fault))
            }
            text(taint["value"], "\(path).value", Names.faultsOfLabelValue)
            if effect == "" {
                fail(.required("\(path).effect"))
            } else {
                choice(effect, "\(path).effect", ["NoSchedule", "PreferNoSchedule", "NoExecute"])
            }
            if seen.insert([key, effect]).inserted { continue }
            let shown = Self.goStruct([
                ("Key", key), ("Value", taint["value"] ?? ""), ("Effect", effect),
                ("TimeAdded", taint["timeAdded"] ?? .null),
            ])
            let detail = "taints must be unique by key and effect pair"
            fail(FieldError(.duplicate, path, shown: shown, detail))
        }
    }
}
