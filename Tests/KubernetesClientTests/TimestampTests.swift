import Foundation
import KubernetesClient
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59Z", 951_868_799), ("2026-11-21T10:13:00Z", 1_795_255_980),
        ("2026-11-21T11:13:00+01:00", 1_795_255_980), ("1969-12-31T23:59:59Z", -1),
        ("2100-03-01T00:00:00Z", 4_107_542_400),
    ])
    func readsSeconds(text: String, seconds: Int64) throws {
        #expect(try #require(Timestamp(text)).microseconds == seconds * 1_000_000)
    }

    @Test func writesWholeSecondsAndSixDigits() throws {
        let time = try #require(Timestamp("2026-01-02T03:04:05.000678Z"))
        #expect(time.micro == "2026-01-02T03:04:05.000678Z")
        #expect(time.seconds == "2026-01-02T03:04:05Z")
        #expect(Timestamp("2026-01-02T03:04:05.5Z")?.micro == "2026-01-02T03:04:05.500000Z")
        #expect(Timestamp(microseconds: -1).micro == "1969-12-31T23:59:59.999999Z")
    }

    @Test(arguments: [
        "", "2026-01-02", "2026-13-02T03:04:05Z", "2026-01-02T03:04:05", "2026-01-02T03:04:05.Z",
        "2026-01-02T25:04:05Z",
        "2026-01-02T03:04:05Zx", "26-01-02T03:04:05Z",
    ])
    func refusesOtherText(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func agreesWithFoundationOnEveryDayOfFourCenturies() throws {
        for day in stride(from: -60_000, to: 90_000, by: 1) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400 + 43_210)
            let text = Timestamp(date).seconds
            #expect(text == date.formatted(.iso8601))
            #expect(Timestamp(text)?.date == date)
        }
    }
}
