import KubernetesClient
import Testing

@testable import APIMachinery

/// Texts that stand for amounts and times.
@Suite struct TextValueTests {
    @Test(arguments: [
        ("1.5", "1500m"), ("2000m", "2"), ("2000", "2k"), ("0.5Gi", "512Mi"), ("1024Ki", "1Mi"), ("-0.1", "-100m"),
        ("0.3", "300m"), ("1e3", "1e3"), ("0.0000000001", "1n"), ("0", "0"), ("one", nil), ("1.2.3", nil), ("", nil),
    ])
    func quantitiesHaveOneText(text: String, canonical: String?) {
        #expect(Quantity.canonical(text) == canonical)
    }

    @Test func quantitiesAreComparedExactly() throws {
        let third = try #require(Quantity("300m"))
        #expect(Quantity("0.1")?.adding(try #require(Quantity("200m"))) == third)
        #expect(Quantity("1Gi")?.compared(to: try #require(Quantity("1073741824"))) == 0)
        #expect(Quantity.value("0.3") == 0.3 && Quantity.value("64Mi") == 67_108_864)
        #expect(Quantity("9223372036854775807")?.adding(Quantity(1)) == nil)
    }

    @Test(arguments: [
        ("a%20b+c", "a b+c", "a b c"), ("%e2%82%AC", "€", "€"), ("%2B%", "+%", "+%"), ("%4", "%4", "%4"),
        ("%+4%-4%zz", "%+4%-4%zz", "% 4%-4%zz"), ("", "", ""),
    ])
    func percentSignsAreDecodedBeforeTwoDigits(text: String, inPath: String, inQuery: String) {
        #expect(text.percentDecoded() == inPath)
        #expect(text.percentDecoded(plusIsSpace: true) == inQuery)
    }

    @Test(arguments: [
        ("2026-02-28T23:59:59Z", "2026-02-28T23:59:59Z"),
        ("2026-01-01T01:30:00.123456789+02:00", "2025-12-31T23:30:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"), ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ])
    func timesAreReadInAnyZone(text: String, seconds: String) throws {
        #expect(try TimeText.read(text).seconds == seconds)
    }

    @Test(arguments: [
        ("2026-1-01T00:00:00Z", false, #" as "LAYOUT": cannot parse "1-01T00:00:00Z" as "01""#),
        ("2026-13-01T00:00:00Z", false, ": month out of range"), ("2026-02-30T00:00:00Z", false, ": day out of range"),
        ("2026-01-01T00:00:00", false, #" as "LAYOUT": cannot parse "" as "Z07:00""#),
        ("2026-01-01T00:00:00ZZ", false, #": extra text: "Z""#),
        ("2026-01-01T00:00:00.123Z", true, #" as "LAYOUT": cannot parse ".123Z" as ".000000""#),
    ])
    func whatIsNoTimeIsToldAsGoDoes(text: String, micro: Bool, why: String) throws {
        let kind = micro ? "Lease" : "Pod"
        let definition = try #require(BuiltinKinds.all.first { $0.kind == kind })
        var body: JSONValue = ["apiVersion": .string(definition.apiVersion), "kind": .string(kind)]
        if micro {
            body["spec"] = ["renewTime": .string(text)]
        } else {
            body[path: ["metadata", "deletionTimestamp"]] = .string(text)
        }
        let error = #expect(throws: StatusError.self) {
            try definition.decode(body)
        }
        let layout = micro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00"
        let told = why.replacing("LAYOUT", with: layout)
        #expect(error?.message.contains("parsing time \"\(text)\"\(told)") == true, "\(error?.message ?? "")")
    }
}
