package function

import (
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"

	"github.com/apparentlymart/go-cidr/cidr"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/gocty"
)

func networks() []row {
	const p = "prefix: a network, 10.0.0.0/8 or fd00::/48"
	return []row{
		{"cidrcontains", overStrings([]string{"prefix", "address"}, cty.Bool, cidrContains), "Whether a network has an address, or the whole of another network, in it.",
			[]string{p, "address: an address or a network"}, `cidrcontains("10.0.0.0/8", "10.1.2.3")`, `true`},
		{"cidrhost", overNetwork(cidrHost, "number"), "An address of a network by its number; negative numbers count from the end.", []string{p, "number: which"}, `cidrhost("10.12.0.0/16", 258)`, `"10.12.1.2"`},
		{"cidrnetmask", text([]string{"prefix"}, cidrNetmask), "The mask of a network of IPv4.", []string{p}, `cidrnetmask("172.16.0.0/12")`, `"255.240.0.0"`},
		{"cidrsubnet", overNetwork(cidrSubnet, "bits", "number"), "A network inside of a network.", []string{p, "bits: by how many the prefix is longer", "number: which"},
			`cidrsubnet("10.0.0.0/8", 8, 3)`, `"10.3.0.0/16"`},
		{"cidrsubnets", cidrSubnetsFunc, "Networks inside of a network, one behind the other.", []string{p, "bits: for each by how many its prefix is longer"},
			`cidrsubnets("10.0.0.0/8", 8, 8)`, `["10.0.0.0/16", "10.1.0.0/16"]`},
	}
}

func network(s string) (*net.IPNet, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil || p.Addr().Zone() != "" {
		return nil, fmt.Errorf("%q is no network, such as 10.0.0.0/8", s)
	}
	p = p.Masked()
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}, nil
}

// overNetwork makes a function of a network and whole numbers.
func overNetwork(f func(*net.IPNet, []*big.Int) (string, error), names ...string) function.Function {
	params := []function.Parameter{{Name: "prefix", Type: cty.String}}
	for _, n := range names {
		params = append(params, function.Parameter{Name: n, Type: cty.Number})
	}
	return function.New(&function.Spec{Params: params, Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			n, err := network(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			numbers := make([]*big.Int, len(names))
			for i := range numbers {
				whole, acc := args[i+1].AsBigFloat().Int(nil)
				if acc != big.Exact || whole == nil {
					return cty.NilVal, errors.New("here must be a whole number")
				}
				numbers[i] = whole
			}
			out, err := f(n, numbers)
			return cty.StringVal(out), err
		}})
}

func cidrHost(n *net.IPNet, number []*big.Int) (string, error) {
	ip, err := cidr.HostBig(n, number[0])
	return ip.String(), err
}

func cidrSubnet(n *net.IPNet, number []*big.Int) (string, error) {
	bits := number[0]
	if !bits.IsInt64() || bits.Int64() < 0 || bits.Int64() > 128 {
		return "", errors.New("the prefix cannot be longer by that much")
	}
	sub, err := cidr.SubnetBig(n, int(bits.Int64()), number[1])
	if err != nil {
		return "", err
	}
	return sub.String(), nil
}

func cidrNetmask(s []string) (string, error) {
	n, err := network(s[0])
	if err != nil {
		return "", err
	}
	if len(n.IP) != net.IPv4len {
		return "", errors.New("networks of IPv6 have no mask")
	}
	return net.IP(n.Mask).String(), nil
}

func cidrContains(s []string) (cty.Value, error) {
	outer, err := netip.ParsePrefix(s[0])
	if err != nil {
		return cty.NilVal, fmt.Errorf("%q is no network, such as 10.0.0.0/8", s[0])
	}
	if inner, err := netip.ParsePrefix(s[1]); err == nil {
		return cty.BoolVal(inner.Bits() >= outer.Bits() && outer.Contains(inner.Addr())), nil
	}
	address, err := netip.ParseAddr(s[1])
	if err != nil {
		return cty.NilVal, fmt.Errorf("%q is neither an address nor a network", s[1])
	}
	return cty.BoolVal(outer.Contains(address)), nil
}

var cidrSubnetsFunc = function.New(&function.Spec{
	Params:   []function.Parameter{{Name: "prefix", Type: cty.String}},
	VarParam: &function.Parameter{Name: "bits", Type: cty.Number},
	Type:     function.StaticReturnType(cty.List(cty.String)),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		n, err := network(args[0].AsString())
		if err != nil || len(args) == 1 {
			return cty.ListValEmpty(cty.String), err
		}
		var out []cty.Value
		var last *net.IPNet
		for _, a := range args[1:] {
			var bits int
			if err := gocty.FromCtyValue(a, &bits); err != nil || bits < 1 || bits > 128 {
				return cty.NilVal, errors.New("the prefix must be longer by 1 to 128 bits")
			}
			if last, err = nextSubnet(n, last, bits); err != nil {
				return cty.NilVal, err
			}
			out = append(out, cty.StringVal(last.String()))
		}
		return cty.ListVal(out), nil
	},
})

// nextSubnet is the first network of its size behind the last one.
func nextSubnet(in, last *net.IPNet, bits int) (*net.IPNet, error) {
	ones, most := in.Mask.Size()
	if ones+bits > most {
		return nil, fmt.Errorf("a prefix of %d bits cannot be longer by %d", ones, bits)
	}
	if last == nil {
		return cidr.Subnet(in, bits, 0)
	}
	next, over := cidr.NextSubnet(last, ones+bits)
	if over || !in.Contains(next.IP) {
		return nil, fmt.Errorf("%s has no room for all of these networks", in)
	}
	return next, nil
}
