"""Speak the Alipay gateway as the acquirer does, with RSA2 signatures, for an ISV."""
