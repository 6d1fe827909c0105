#!/bin/sh
# greet NAME: the whole product.
echo "Hello, ${1:?whom?}!"
