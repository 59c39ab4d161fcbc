import Contracts
import Foundation
import Testing

struct UUIDv7Tests {
    @Test func itCarriesItsTimeVersionAndVariant() {
        let date = Date(timeIntervalSince1970: 1_771_234_567.890)
        let text = UUID.v7(at: date).text
        let milliseconds = Int(text.prefix(8) + text.dropFirst(9).prefix(4), radix: 16)
        #expect(milliseconds == 1_771_234_567_890)
        #expect(Array(text)[14] == "7")
        #expect("89ab".contains(Array(text)[19]))
        #expect(text == text.lowercased())
    }

    @Test func laterOnesSortAfterEarlierOnes() {
        let start = Date(timeIntervalSince1970: 1_700_000_000)
        let ids = (0..<100).map { UUID.v7(at: start.addingTimeInterval(Double($0) / 1000)).text }
        #expect(ids == ids.sorted())
    }

    @Test func thousandsInOneMomentAreDifferent() {
        let now = Date()
        #expect(Set((0..<10_000).map { _ in UUID.v7(at: now) }).count == 10_000)
    }
}
