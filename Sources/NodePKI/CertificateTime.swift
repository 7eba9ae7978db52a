internal import SwiftASN1

/// The times in certificates: seconds of the Gregorian calendar in UTC, as milliseconds since 1970.
enum CertificateTime {
    /// UTCTime up to 2049, GeneralizedTime after it, as RFC 5280 demands; parts of a second are cut off.
    static func encoded(_ milliseconds: Int64) -> [UInt8] {
        // The last second that four digits of a year can hold.
        let seconds = min(max(floor(milliseconds, 1000), -62_135_596_800), 253_402_300_799)
        let day = floor(seconds, 86_400)
        let rest = seconds - day * 86_400
        let (year, month, date) = calendar(day)
        let tail = [month, date, rest / 3600, rest / 60 % 60, rest % 60].map { digits($0, 2) }.joined() + "Z"
        let isShort = 1950..<2050 ~= year
        return DERWriter.element(
            isShort ? 0x17 : 0x18, Array((digits(isShort ? year % 100 : year, isShort ? 2 : 4) + tail).utf8))
    }

    static func decoded(_ node: ASN1Node) throws(DERReader.Misfit) -> Int64 {
        guard case .primitive(let bytes) = node.content else { throw DERReader.Misfit() }
        let width: Int
        switch node.identifier {
        case .utcTime: width = 2
        case .generalizedTime: width = 4
        default: throw DERReader.Misfit()
        }
        guard bytes.count == width + 11, bytes.last == 0x5a else { throw DERReader.Misfit() }
        var numbers: [Int64] = []
        var at = bytes.startIndex
        for count in [width, 2, 2, 2, 2, 2] {
            var number: Int64 = 0
            for byte in bytes[at..<at + count] {
                guard 0x30...0x39 ~= byte else { throw DERReader.Misfit() }
                number = number * 10 + Int64(byte - 0x30)
            }
            numbers.append(number)
            at += count
        }
        if width == 2 { numbers[0] += numbers[0] < 50 ? 2000 : 1900 }
        guard 1...12 ~= numbers[1], 1...31 ~= numbers[2], numbers[3] < 24, numbers[4] < 60, numbers[5] <= 60 else {
            throw DERReader.Misfit()
        }
        let day = days(year: numbers[0], month: numbers[1], date: numbers[2])
        return ((day * 24 + numbers[3]) * 3600 + numbers[4] * 60 + numbers[5]) * 1000
    }

    /// Days since 1970, by counting years from March on, so that the leap day comes last.
    private static func days(year: Int64, month: Int64, date: Int64) -> Int64 {
        let marchYear = month > 2 ? year : year - 1
        let marchMonth = (month + 9) % 12
        let leaps = floor(marchYear, 4) - floor(marchYear, 100) + floor(marchYear, 400)
        // 719468 days lie between 0000-03-01 and 1970-01-01.
        return marchYear * 365 + leaps + (153 * marchMonth + 2) / 5 + date - 1 - 719_468
    }

    private static func calendar(_ day: Int64) -> (year: Int64, month: Int64, date: Int64) {
        // A guess that is never too late and at most a year too early.
        var year = floor(day * 400, 146_097) + 1969
        while days(year: year + 1, month: 1, date: 1) <= day { year += 1 }
        var month: Int64 = 1
        while month < 12, days(year: year, month: month + 1, date: 1) <= day { month += 1 }
        return (year, month, day - days(year: year, month: month, date: 1) + 1)
    }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    private static func digits(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
