// Package vars finds the values that are given to a pipeline's variables from
// outside. Later ones win, as people know it from Terraform:
//
//	WEIR_VAR_name
//	weir.weirvars, weir.weirvars.json         in the pipeline's directory
//	*.auto.weirvars, *.auto.weirvars.json     there, in the order of their names
//	--var, --var-file                         in the order in which they are given
//
// It reads texts and files; whether a value fits its variable is the compiler's.
// No value of a sensitive variable, nor of one that nobody declared, is left in
// the texts that problems are shown with.
package vars
