import django.db.models.deletion
import silk_road_ebao.kernel.crypto
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0005_consent_texts'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountActivityBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch_no', models.CharField(max_length=32, unique=True, verbose_name='编号')),
                ('bank', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.institution', verbose_name='银行')),
                ('batch_ref', models.CharField(max_length=64, verbose_name='银行批次号')),
                ('period_from', models.DateField(verbose_name='起')),
                ('period_until', models.DateField(verbose_name='止')),
                ('row_count', models.PositiveIntegerField(verbose_name='行数')),
                ('in_fen', models.BigIntegerField(verbose_name='转入合计')),
                ('out_fen', models.BigIntegerField(verbose_name='转出合计')),
                ('received_at', models.DateTimeField(verbose_name='收到时间')),
            ],
            options={
                'verbose_name': '账户动态批次',
                'verbose_name_plural': '账户动态批次',
                'constraints': [models.UniqueConstraint(fields=('bank', 'batch_ref'), name='account_activity_batch_once'), models.CheckConstraint(condition=models.Q(('period_until__gte', models.F('period_from'))), name='account_activity_batch_period')],
            },
        ),
        migrations.CreateModel(
            name='AccountActivity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rows', to='banking.accountactivitybatch', verbose_name='批次')),
                ('row_no', models.PositiveIntegerField(verbose_name='行号')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.settlementaccount', verbose_name='账户')),
                ('business_date', models.DateField(verbose_name='日期')),
                ('in_fen', models.BigIntegerField(verbose_name='转入')),
                ('out_fen', models.BigIntegerField(verbose_name='转出')),
                ('balance_fen', models.BigIntegerField(verbose_name='日终余额')),
            ],
            options={
                'verbose_name': '账户动态',
                'verbose_name_plural': '账户动态',
                'constraints': [models.UniqueConstraint(fields=('batch', 'row_no'), name='account_activity_row_once'), models.UniqueConstraint(fields=('batch', 'account', 'business_date'), name='account_activity_day_once'), models.CheckConstraint(condition=models.Q(('balance_fen__gte', 0), ('in_fen__gte', 0), ('out_fen__gte', 0)), name='account_activity_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='PartnerEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_no', models.CharField(max_length=32, unique=True, verbose_name='编号')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.institution', verbose_name='机构')),
                ('event_seq', models.BigIntegerField(verbose_name='序号')),
                ('type', models.CharField(max_length=64, verbose_name='类型')),
                ('data', models.JSONField(default=dict, verbose_name='内容')),
                ('occurred_at', models.DateTimeField(verbose_name='发生时间')),
                ('source', models.CharField(max_length=300, verbose_name='来源')),
            ],
            options={
                'verbose_name': '合作方事件',
                'verbose_name_plural': '合作方事件',
                'constraints': [models.UniqueConstraint(fields=('institution', 'event_seq'), name='partner_event_sequence'), models.UniqueConstraint(fields=('institution', 'source'), name='partner_event_once'), models.CheckConstraint(condition=models.Q(('type__in', ('settlement_account.verification_requested', 'settlement_account.changed', 'consent.given', 'consent.withdrawn', 'business_day.published'))), name='partner_event_type')],
            },
        ),
        migrations.CreateModel(
            name='PartnerEventCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('institution', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.institution', verbose_name='机构')),
                ('last_seq', models.BigIntegerField(default=0, verbose_name='最后序号')),
            ],
            options={
                'verbose_name': '事件计数',
                'verbose_name_plural': '事件计数',
            },
        ),
        migrations.CreateModel(
            name='PartnerNonce',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('keyid', models.CharField(max_length=64, verbose_name='密钥号')),
                ('nonce', models.CharField(max_length=128, verbose_name='随机数')),
                ('expires_at', models.DateTimeField(db_index=True, verbose_name='过期时间')),
            ],
            options={
                'verbose_name': '一次性随机数',
                'verbose_name_plural': '一次性随机数',
                'constraints': [models.UniqueConstraint(fields=('keyid', 'nonce'), name='partner_nonce_once')],
            },
        ),
        migrations.CreateModel(
            name='PlatformKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('keyid', models.CharField(max_length=64, unique=True, verbose_name='密钥号')),
                ('algorithm', models.CharField(default='ed25519', max_length=16, verbose_name='算法')),
                ('private_key_sealed', silk_road_ebao.kernel.crypto.SealedField()),
                ('public_key_pem', models.TextField(verbose_name='公钥')),
                ('created_at', models.DateTimeField(verbose_name='生成时间')),
                ('replaced_at', models.DateTimeField(blank=True, null=True, verbose_name='更换时间')),
                ('published_until', models.DateTimeField(blank=True, null=True, verbose_name='公布到')),
            ],
            options={
                'verbose_name': '平台密钥',
                'verbose_name_plural': '平台密钥',
                'constraints': [models.UniqueConstraint(models.Value(1), condition=models.Q(('replaced_at__isnull', True)), name='platform_key_one_signs'), models.CheckConstraint(condition=models.Q(('algorithm__in', ['ed25519'])), name='platform_key_algorithm')],
            },
        ),
    ]
