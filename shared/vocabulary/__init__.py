"""What a value means, once in the product: telephone, age, hours, identity number, addresses, readable text."""
