"""Services of accounts: one verb, one transaction, every refusal with its field and a sentence in Chinese.

How a stall comes into service, with the exact calls (``at`` is one aware moment, ``actor`` who does it)::

    market = open_market(code="KQ", name="库尔勒孔雀农贸市场", province="65", actor=SYSTEM, at=at)
    maker = add_operator(username=…, password=…, name=…, roles=["MAKER"], actor=SYSTEM, at=at)
    checker = add_operator(username=…, password=…, name=…, roles=["CHECKER"], actor=SYSTEM, at=at)

    user = register_user(phone=…, actor=SYSTEM, at=at)             # or confirm_code(…) after request_code(…)
    actor = actor_of(user)                                         # selectors.users
    person = register_person(full_name=…, resident_id=…, phone=…, actor=actor, at=at)
    bind_person(user=user, person=person, actor=actor, at=at)

    form = start_onboarding(applicant=user, kind="INDIVIDUAL", actor=actor, at=at)
    save_onboarding(onboarding=form, name=…, legal_name=…, uscc=…, legal_person=person, province="65", address=…,
                    phone=…, market=market, stall_label="A12", signboard=…, actor=actor, at=at)   # any part, any day
    hand_in_document(merchant=form.merchant, kind="BUSINESS_LICENCE", content=…, actor=actor, at=at)
    hand_in_document(merchant=form.merchant, kind="LEGAL_PERSON_ID", content=…, actor=actor, at=at)
    missing(form)                                                  # selectors.onboardings: [] when complete
    submit_onboarding(onboarding=form, actor=actor, at=at)

    approval = review_onboarding(onboarding=form, actor=Actor("OPERATOR", maker.operator_no), at=at)
    approve(approval_no=approval.approval_no, checker=Actor("OPERATOR", checker.operator_no), at=at)   # kernel
    # the merchant is APPROVED, its stall open, ``accounts.merchant.approved`` in the outbox

    account = add_settlement_account(owner=merchant, account_no=…, holder_name=merchant.legal_name,
                                     actor=actor, at=at)           # bank_code="CCB" where no prefix tells the bank
    report_verification(account_no=account.account_no, result="VERIFIED", actor=Actor("PARTNER", "CCB"), at=at)
    # from now on selectors.settlement_accounts.payee_account_of(merchant, at) is this account

Payments answers for the acquirers with ``record_acquirer_answer(onboarding_no=…, acquirer=…, state="AUDITING", …)``.
Data leaves by ``disclose(…)`` only, which checks the consent and writes the log in one transaction.
"""
