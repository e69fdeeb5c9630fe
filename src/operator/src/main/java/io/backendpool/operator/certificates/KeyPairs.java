package io.backendpool.operator.certificates;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Tells whether two keys are the halves of one pair, by signing something. */
final class KeyPairs {
    private static final byte[] SOMETHING = {1, 2, 3, 4};

    private KeyPairs() {}

    static boolean match(PublicKey publicKey, PrivateKey privateKey) {
        try {
            Signature signing = Signature.getInstance("SHA256withECDSA");
            signing.initSign(privateKey);
            signing.update(SOMETHING);
            Signature verifying = Signature.getInstance("SHA256withECDSA");
            verifying.initVerify(publicKey);
            verifying.update(SOMETHING);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException unfit) {
            return false;
        }
    }
}
