package lint

// Rules are all rules, by code.
func Rules() []Rule {
	return []Rule{
		imageNotPinned(),
		secretLiteral(),
		unusedResource(),
		unusedTask(),
		unusedVariable(),
		unusedLocal(),
		unusedSecretSource(),
		unusedGet(),
		neverTriggered(),
		noTimeout(),
		privilegedTask(),
		checkedTooOften(),
		inverseGroups(),
		putsAtOnce(),
		deprecated(deprecations()),
		nearlyTheSame(),
		shadowed(),
		wideAcross(),
		unknownTag(),
		schemaRefuses(),
		deadChain(),
		ignoreMalformed(),
		ignoreUnused(),
	}
}
