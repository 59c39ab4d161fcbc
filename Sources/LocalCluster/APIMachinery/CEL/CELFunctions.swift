/// One overload of a function, operator or method: what it takes and what it gives.
struct CELOverload: Sendable, Hashable {
    var isMethod: Bool
    /// A method's receiver is the first.
    var parameters: [CELType]
    var result: CELType
}

/// The functions, operators and methods that expressions can use.
enum CELFunctions {
    static let overloads: [String: [CELOverload]] = {
        var all: [String: [CELOverload]] = [:]
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            for signature in parts[1].split(separator: ";") {
                var reader = SignatureReader(signature.filter { $0 != " " })
                let overload = reader.overload()
                for name in parts[0].split(separator: ",") { all[String(name), default: []].append(overload) }
            }
        }
        all["_||_"] = all["_&&_"]
        for name in ["_<_", "_<=_", "_>_", "_>=_"] {
            let numbers: [CELType] = [.int, .uint, .double]
            all[name] =
                [.bool, .string, .bytes, .timestamp, .duration].map {
                    .init(isMethod: false, parameters: [$0, $0], result: .bool)
                }
                + numbers.flatMap { left in
                    numbers.map { .init(isMethod: false, parameters: [left, $0], result: .bool) }
                }
        }
        return all
    }()

    /// A line: names, then what each overload takes and gives; a dot in front marks methods.
    private static let table = """
        _?_:_ (bool,A,A)A
        _&&_ (bool,bool)bool
        !_,@not_strictly_false (bool)bool
        _==_,_!=_ (A,A)bool
        _+_ (bytes,bytes)bytes;(double,double)double;(duration,duration)duration;(duration,timestamp)timestamp
        _+_ (timestamp,duration)timestamp;(int,int)int;(list<A>,list<A>)list<A>;(string,string)string;(uint,uint)uint
        _-_ (double,double)double;(duration,duration)duration;(int,int)int;(timestamp,duration)timestamp
        _-_ (timestamp,timestamp)duration;(uint,uint)uint
        _*_,_/_ (double,double)double;(int,int)int;(uint,uint)uint
        _%_ (int,int)int;(uint,uint)uint
        -_ (double)double;(int)int
        _[_] (list<A>,int)A;(map<A,B>,A)B;(optional<list<A>>,int)optional<A>;(optional<map<A,B>>,A)optional<B>
        _[?_] (list<A>,int)optional<A>;(optional<list<A>>,int)optional<A>
        _[?_] (map<A,B>,A)optional<B>;(optional<map<A,B>>,A)optional<B>
        @in (A,list<A>)bool;(A,map<A,B>)bool
        size (bytes)int;.(bytes)int;(list<A>)int;.(list<A>)int;(map<A,B>)int;.(map<A,B>)int;(string)int;.(string)int
        type (A)type<A>
        bool (bool)bool;(string)bool
        bytes (bytes)bytes;(string)bytes
        double (double)double;(int)double;(string)double;(uint)double
        duration (duration)duration;(int)duration;(string)duration
        dyn (A)dyn
        int (int)int;(double)int;(duration)int;(string)int;(timestamp)int;(uint)int
        string (string)string;(bool)string;(bytes)string;(double)string;(duration)string;(int)string
        string (timestamp)string;(uint)string;(ip)string;(cidr)string
        timestamp (timestamp)timestamp;(int)timestamp;(string)timestamp
        uint (uint)uint;(double)uint;(int)uint;(string)uint
        contains,endsWith,startsWith .(string,string)bool
        matches (string,string)bool;.(string,string)bool
        getFullYear,getMonth,getDayOfYear,getDayOfMonth,getDate,getDayOfWeek .(timestamp)int;.(timestamp,string)int
        getHours,getMinutes,getSeconds,getMilliseconds .(timestamp)int;.(timestamp,string)int;.(duration)int
        charAt .(string,int)string
        indexOf,lastIndexOf .(string,string)int;.(string,string,int)int;.(list<A>,A)int
        lowerAscii,upperAscii,trim .(string)string
        replace .(string,string,string)string;.(string,string,string,int)string
        split .(string,string)list<string>;.(string,string,int)list<string>
        substring .(string,int)string;.(string,int,int)string
        format .(string,list<dyn>)string
        strings.quote (string)string
        join .(list<string>)string;.(list<string>,string)string
        find .(string,string)string
        findAll .(string,string)list<string>;.(string,string,int)list<string>
        isSorted .(list<int>)bool;.(list<uint>)bool;.(list<double>)bool;.(list<bool>)bool;.(list<duration>)bool
        isSorted .(list<timestamp>)bool;.(list<string>)bool;.(list<bytes>)bool
        sum .(list<int>)int;.(list<uint>)uint;.(list<double>)double;.(list<duration>)duration
        min,max .(list<int>)int;.(list<uint>)uint;.(list<double>)double;.(list<bool>)bool;.(list<duration>)duration
        min,max .(list<timestamp>)timestamp;.(list<string>)string;.(list<bytes>)bytes
        slice .(list<A>,int,int)list<A>
        flatten .(list<list<A>>)list<A>;.(list<dyn>,int)list<dyn>
        sort .(list<int>)list<int>;.(list<uint>)list<uint>;.(list<double>)list<double>;.(list<bool>)list<bool>
        sort .(list<duration>)list<duration>;.(list<timestamp>)list<timestamp>;.(list<string>)list<string>
        sort .(list<bytes>)list<bytes>
        @sortByAssociatedKeys .(list<A>,list<int>)list<A>;.(list<A>,list<uint>)list<A>;.(list<A>,list<double>)list<A>
        @sortByAssociatedKeys .(list<A>,list<bool>)list<A>;.(list<A>,list<duration>)list<A>
        @sortByAssociatedKeys .(list<A>,list<timestamp>)list<A>;.(list<A>,list<string>)list<A>;.(list<A>,list<bytes>)list<A>
        lists.range (int)list<int>
        reverse,distinct .(list<A>)list<A>
        first,last .(list<A>)optional<A>
        sets.contains,sets.equivalent,sets.intersects (list<A>,list<A>)bool
        cel.@mapInsert (map<K,V>,K,V)map<K,V>;(map<K,V>,map<K,V>)map<K,V>
        optional.of,optional.ofNonZeroValue (A)optional<A>
        optional.none ()optional<A>
        optional.unwrap (list<optional<A>>)list<A>
        unwrapOpt .(list<optional<A>>)list<A>
        value .(optional<A>)A
        hasValue .(optional<A>)bool
        or .(optional<A>,optional<A>)optional<A>
        orValue .(optional<A>,A)A
        url (string)url
        isURL (string)bool
        getScheme,getHost,getHostname,getPort,getEscapedPath .(url)string
        getQuery .(url)map<string,list<string>>
        quantity (string)quantity
        isQuantity (string)bool
        sign (quantity)int
        asInteger .(quantity)int
        asApproximateFloat .(quantity)double
        isInteger .(quantity)bool
        isGreaterThan,isLessThan .(quantity,quantity)bool;.(semver,semver)bool
        compareTo .(quantity,quantity)int;.(semver,semver)int
        add,sub .(quantity,quantity)quantity;.(quantity,int)quantity
        ip (string)ip;.(cidr)ip
        isIP,isCIDR,ip.isCanonical (string)bool
        family .(ip)int
        isUnspecified,isLoopback,isLinkLocalMulticast,isLinkLocalUnicast,isGlobalUnicast .(ip)bool
        cidr (string)cidr
        containsIP .(cidr,string)bool;.(cidr,ip)bool
        containsCIDR .(cidr,string)bool;.(cidr,cidr)bool
        prefixLength .(cidr)int
        masked .(cidr)cidr
        semver (string)semver;(string,bool)semver
        isSemver (string)bool;(string,bool)bool
        major,minor,patch .(semver)int
        format.named (string)optional<format>
        format.dns1123Label,format.dns1123Subdomain,format.dns1035Label,format.qualifiedName ()format
        format.dns1123LabelPrefix,format.dns1123SubdomainPrefix,format.dns1035LabelPrefix ()format
        format.labelValue,format.uri,format.uuid,format.byte,format.date,format.datetime ()format
        validate .(format,string)optional<list<string>>
        """
}

/// Reads `.(list<A>,int)A`.
private struct SignatureReader {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    private mutating func take(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }

    mutating func overload() -> CELOverload {
        let isMethod = take(".")
        _ = take("(")
        var parameters: [CELType] = []
        while !take(")"), !rest.isEmpty {
            parameters.append(type())
            _ = take(",")
        }
        return CELOverload(isMethod: isMethod, parameters: parameters, result: type())
    }

    private mutating func type() -> CELType {
        let name = String(rest.prefix { $0.isLetter })
        rest = rest.dropFirst(name.count)
        var parameters: [CELType] = []
        if take("<") {
            repeat { parameters.append(type()) } while take(",")
            _ = take(">")
        }
        return switch name {
        case "type": .type(parameters[0])
        case "list": .list(parameters[0])
        case "map": .map(parameters[0], parameters[1])
        case "optional": .optional(parameters[0])
        default: CELType.simple[name] ?? .variable(name)
        }
    }
}
